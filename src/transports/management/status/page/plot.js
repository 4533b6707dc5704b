import { el, svg } from "./dom.js";
import { clockTime, milliseconds, plural } from "./format.js";

const HEIGHT = 160;
const LEFT = 58;
const BOTTOM = 6;

/** The middle of the sorted values, and the one that 19 of 20 do not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The decades that hold all values. */
function decades(values) {
  const least = Math.floor(Math.log10(Math.max(1, Math.min(...values))));
  const most = Math.ceil(Math.log10(Math.max(2, ...values)));
  return [least, Math.max(most, least + 1)];
}

/**
 * A dot for each announced change, oldest left, on a logarithmic scale, and the same in words for who sees none. As many
 * pixels wide as there is room, so that its letters are as large as others.
 */
export function latencyPlot(changes, width) {
  const known = changes.filter((change) => change.propagationMs !== null).reverse();
  if (known.length === 0) return el("p", { class: "quiet" }, "No change has been announced since the start.");
  const values = known.map((change) => Math.max(1, change.propagationMs));
  const [least, most] = decades(values);
  const y = (ms) => (HEIGHT - BOTTOM) * (1 - (Math.log10(ms) - least) / (most - least)) * 0.94 + 6;
  const step = (width - LEFT - 12) / Math.max(1, known.length - 1);
  const lines = Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index)).flatMap(
    (ms) => [
      svg("line", { class: "grid", x1: LEFT, x2: width, y1: y(ms), y2: y(ms) }),
      svg("text", { x: LEFT - 6, y: y(ms) + 4, "text-anchor": "end" }, milliseconds(ms)),
    ],
  );
  const dots = known.map((change, index) => {
    const title = svg(
      "title",
      {},
      `${change.flagSetId} ${clockTime(change.at)}: ${milliseconds(values[index])}`,
    );
    return svg("circle", { class: "dot", cx: LEFT + 6 + index * step, cy: y(values[index]), r: 3.5 }, title);
  });
  const words =
    `${plural(known.length, "change", "changes")}: half within ${milliseconds(quantile(values, 0.5))}, ` +
    `95 % within ${milliseconds(quantile(values, 0.95))}, all within ${milliseconds(Math.max(...values))}`;
  const attributes = {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: "img",
    "aria-label": words,
  };
  const content = document.createDocumentFragment();
  content.append(svg("svg", attributes, ...lines, ...dots), el("p", { class: "quiet" }, words));
  return content;
}

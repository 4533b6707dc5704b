import { el, named } from "./dom.js";
import { ago, clockTime, milliseconds, plural } from "./format.js";
import { revisionOf } from "./tables.js";
import { arrival } from "./verdict.js";

const SIGNS = {
  added: ["+", "good", "added"],
  removed: ["−", "bad", "removed"],
  changed: ["~", "warn", "changed"],
};

const NO_FLAGS = {
  pending: "comparing…",
  joined: "compared together with the next change",
  failed: "could not be compared; the server's log says why",
  ready: "no flag answers otherwise",
};

function flagLine({ flag, change, before, after, members }) {
  const [sign, tone, word] = SIGNS[change];
  const what = before === after ? members.join(", ") : `${before} → ${after}`;
  return el(
    "li",
    {},
    el("span", { class: tone, "aria-label": word }, sign),
    " ",
    el("strong", {}, named(flag)),
    `: ${what}`,
    before !== after && members.length > 0
      ? el("span", { class: "quiet" }, ` (${members.join(", ")})`)
      : null,
  );
}

function flagLines({ diff, flags, flagCount }) {
  if (flags.length === 0) return el("p", { class: "quiet" }, NO_FLAGS[diff]);
  const more = flagCount - flags.length;
  return el(
    "ul",
    {},
    ...flags.map(flagLine),
    more > 0 ? el("li", { class: "quiet" }, `and ${more} more`) : null,
  );
}

function took({ propagationMs, latenessMs, causes }) {
  if (latenessMs !== null) return `as planned, ${milliseconds(latenessMs)} late`;
  if (propagationMs !== null) return `${milliseconds(propagationMs)} after the transaction began`;
  return `found by ${causes.join(", ") || "reading"}`;
}

function changeEntry(change) {
  return el(
    "article",
    { "data-change": change.id },
    el(
      "p",
      {},
      el("strong", {}, named(change.flagSetId)),
      ` ${clockTime(change.at)}, `,
      ago(change.at),
      ": ",
      arrival(change),
    ),
    flagLines(change),
    el(
      "p",
      { class: "quiet" },
      `${took(change)}, to ${plural(change.followers, "follower", "followers")} `,
      revisionOf(change.from),
      " → ",
      revisionOf(change.to),
    ),
  );
}

export function changeList({ changes }) {
  if (changes.length === 0) return el("p", { class: "quiet" }, "Nothing has changed since the start.");
  const list = document.createDocumentFragment();
  list.append(...changes.map(changeEntry));
  return list;
}

import { byId, el, show } from "./dom.js";

/** How often a list that is not the first of an event is asked for at most, unless somebody types. */
const ASK_EVERY_MS = 1_000;
const TYPING_MS = 200;

/**
 * A list of which a page at a time is shown. The first page comes with each event; any other, and what is sought, is asked
 * for, so that the page stays quick however many there are.
 */
export function pagedList({ name, pageSize, table }) {
  const search = byId(`${name}-search`);
  const behind = byId(`${name}-behind`);
  const range = el("span", { role: "status" });
  const previous = el("button", { type: "button" }, "Previous");
  const next = el("button", { type: "button" }, "Next");
  byId(`${name}-pager`).append(range, previous, next);
  let report;
  let offset = 0;
  /** The environment whose name stands in the field, because it was chosen and not typed: others may begin likewise. */
  let only;
  let timer;
  let isAsking = false;

  const isPlain = () => offset === 0 && search.value.trim() === "" && !behind.checked;
  const query = () =>
    String(
      new URLSearchParams({
        offset,
        limit: pageSize,
        behind: behind.checked,
        ...(only === undefined ? { search: search.value.trim() } : { environmentId: only }),
      }),
    );

  function paint(items, total) {
    show(byId(`${name}-table`), table(items, report, { isPlain: isPlain() }));
    const shown = total === 0 ? "none" : `${offset + 1} to ${offset + items.length} of ${total}`;
    if (range.textContent !== shown) range.textContent = shown;
    previous.disabled = offset === 0;
    next.disabled = offset + items.length >= total;
  }

  function refresh() {
    if (report === undefined) return;
    if (isPlain()) paint(report[name].slice(0, pageSize), report.totals[name]);
    else askIn(0);
  }

  function askIn(ms) {
    if (timer !== undefined || isAsking) return;
    timer = setTimeout(ask, ms);
  }

  async function ask() {
    timer = undefined;
    if (isPlain()) return refresh();
    const asked = query();
    isAsking = true;
    try {
      const answer = await fetch(`/api/status/${name}?${asked}`);
      const { items, total } = await answer.json();
      if (asked === query() && answer.ok) {
        if (items.length === 0 && offset > 0) offset = 0;
        else paint(items, total);
      }
    } catch {
      // The connection is away; the notice says so, and the next event brings this list back.
    }
    isAsking = false;
    if (asked !== query()) refresh();
  }

  function turn(steps) {
    offset = Math.max(0, offset + steps * pageSize);
    refresh();
  }

  function seek() {
    offset = 0;
    clearTimeout(timer);
    timer = undefined;
    if (isPlain()) refresh();
    else askIn(TYPING_MS);
  }

  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  search.addEventListener("input", () => {
    only = undefined;
    seek();
  });
  behind.addEventListener("change", seek);
  return {
    update(newest) {
      report = newest;
      if (isPlain()) refresh();
      else askIn(ASK_EVERY_MS);
    },
    /** Shows what belongs to one environment. */
    showOnly(environmentId, flagSetId) {
      only = environmentId;
      search.value = flagSetId;
      seek();
    },
  };
}

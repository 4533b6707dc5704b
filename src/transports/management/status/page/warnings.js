import { el } from "./dom.js";

function line({ feature, reason, detail, advice }) {
  return el(
    "li",
    {},
    el("strong", {}, feature ?? "whole environment"),
    " ",
    el("code", {}, reason),
    `: ${detail}. `,
    el("span", { class: "quiet" }, advice),
  );
}

function entry({ flagSetId, warnings, warningCount }) {
  const more = warningCount - warnings.length;
  return el(
    "article",
    {},
    el("h3", {}, flagSetId),
    el(
      "ul",
      {},
      ...warnings.map(line),
      more > 0 ? el("li", { class: "quiet" }, `and ${more} more in diagnostics.json`) : null,
    ),
  );
}

/** Per environment and feature, what may be answered otherwise than Flagsmith would, and what to do about it. */
export function warningList({ environments }) {
  const warned = environments.filter((environment) => environment.warningCount > 0);
  if (warned.length === 0) return el("p", { class: "quiet" }, "flagd answers exactly what Flagsmith would.");
  const list = document.createDocumentFragment();
  list.append(...warned.map(entry));
  return list;
}

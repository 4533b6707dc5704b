import { el, named } from "./dom.js";

/** What is said of one feature. */
function line({ feature, detail }) {
  return el("li", {}, el("strong", {}, named(feature ?? "whole environment")), `: ${detail}`);
}

/** All warnings of one reason, with what to do once for all of them. */
function reasonLines([reason, warnings]) {
  const [{ advice }] = warnings;
  return [
    el("p", {}, el("code", {}, reason), ": ", el("span", { class: "advice" }, advice)),
    el("ul", {}, ...warnings.map(line)),
  ];
}

function entry({ flagSetId, warnings, warningCount }) {
  const byReason = new Map();
  for (const warning of warnings)
    byReason.set(warning.reason, [...(byReason.get(warning.reason) ?? []), warning]);
  const more = warningCount - warnings.length;
  return el(
    "article",
    {},
    el("h3", {}, named(flagSetId), ` (${warningCount})`),
    ...[...byReason].flatMap(reasonLines),
    more > 0
      ? el("p", { class: "quiet" }, `and ${more} more: flagsmith-flagd diagnose, or diagnostics.json`)
      : null,
  );
}

/** Per environment and reason, where flagd may answer otherwise than Flagsmith would, and what to do about it. */
export function warningList({ environments }) {
  const warned = environments.filter((environment) => environment.warningCount > 0);
  if (warned.length === 0) return el("p", { class: "quiet" }, "flagd answers exactly what Flagsmith would.");
  const list = document.createDocumentFragment();
  list.append(...warned.map(entry));
  return list;
}

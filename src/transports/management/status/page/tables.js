import { el } from "./dom.js";
import { ago, bytes, countdown, plural, shortRevision } from "./format.js";

const STATES = {
  current: ["current", "good"],
  stale: ["stale", "bad"],
  document_too_large: ["document too large", "bad"],
  waiting: ["waiting", "warn"],
  creating: ["being cloned", "quiet"],
  organisation_stopped: ["organisation stopped", "quiet"],
  edge_project: ["edge project", "quiet"],
  project_not_enabled: ["not enabled", "quiet"],
};

/** A table whose rows are cards on a phone; the roles say what it is where `display` would hide that. */
function table(caption, headings, rows) {
  const head = el(
    "tr",
    { role: "row" },
    ...headings.map((text) => el("th", { scope: "col", role: "columnheader" }, text)),
  );
  const body = rows.map((cells) =>
    el(
      "tr",
      { role: "row" },
      ...cells.map((cell, index) =>
        index === 0
          ? el("th", { scope: "row", role: "rowheader" }, cell)
          : el("td", { role: "cell", "data-label": headings[index] }, cell),
      ),
    ),
  );
  return el(
    "table",
    { role: "table" },
    el("caption", {}, caption),
    el("thead", { role: "rowgroup" }, head),
    el("tbody", { role: "rowgroup" }, ...body),
  );
}

export function revisionOf(hash) {
  return el("span", { class: "mono", title: hash ?? "" }, shortRevision(hash));
}

/** Whether all have it, in words and colour. */
function holding({ followers, followersCurrent }) {
  if (followers === 0) return el("span", { class: "quiet" }, "none");
  const all = followers === followersCurrent;
  return el("span", { class: all ? "good" : "warn" }, `${followersCurrent} of ${followers} have it`);
}

function state(environment) {
  const [text, tone] = STATES[environment.state] ?? [environment.state, "quiet"];
  const word = el("span", { class: tone }, text);
  if (environment.detail === null) return word;
  return el("span", {}, word, el("span", { class: "quiet" }, `: ${environment.detail}`));
}

export function environmentTable({ environments, totals }) {
  const served = environments.filter((environment) => environment.revision !== null).length;
  const left = totals.environments - environments.length;
  const caption = `${served} served${left > 0 ? `; ${left} more at /api/status/environments` : ""}`;
  const headings = [
    "Environment",
    "State",
    "Followers",
    "Revision",
    "In effect since",
    "Flags",
    "Size",
    "Warnings",
  ];
  return table(
    caption,
    headings,
    environments.map((environment) => [
      environment.flagSetId,
      state(environment),
      holding(environment),
      revisionOf(environment.revision),
      environment.version === null ? "–" : ago(environment.version),
      String(environment.flags ?? "–"),
      bytes(environment.bytes),
      environment.warningCount === 0
        ? "none"
        : el("a", { href: "#warnings" }, String(environment.warningCount)),
    ]),
  );
}

export function scheduleTable({ schedule }) {
  if (schedule.length === 0) return el("p", { class: "quiet" }, "Nothing is planned.");
  return table(
    plural(schedule.length, "environment changes by itself", "environments change by themselves"),
    ["Environment", "Due"],
    schedule.map(({ flagSetId, dueAt }) => [flagSetId, countdown(dueAt)]),
  );
}

function standing(follower) {
  if (follower.current) return el("span", { class: "good" }, "current");
  const word = el("span", { class: "bad" }, follower.pending ? "behind, being written " : "behind ");
  return el("span", {}, word, follower.behindSince === null ? "" : ago(follower.behindSince));
}

/** What a follower calls itself, or else where it is. */
function nameOf({ providerId, userAgent, peer }) {
  return [providerId, userAgent].filter((part) => part !== null).join(", ") || peer;
}

export function followerTable({ followers, totals }, { environmentId, onlyBehind }) {
  const shown = followers.filter(
    (follower) =>
      (environmentId === "" || String(follower.environmentId) === environmentId) &&
      !(onlyBehind && follower.current),
  );
  const left = totals.followers - followers.length;
  const more = left > 0 ? `; ${left} more at /api/status/followers` : "";
  const headings = [
    "Follower",
    "Environment",
    "Standing",
    "Holds",
    "Written out",
    "Connected",
    "From",
    "Key",
    "By",
  ];
  return table(
    `${plural(shown.length, "follower", "followers")}${more}`,
    headings,
    shown.map((follower) => [
      nameOf(follower),
      follower.flagSetId,
      standing(follower),
      revisionOf(follower.revision),
      follower.writtenAt === null ? "–" : ago(follower.writtenAt),
      ago(follower.since),
      follower.peer,
      `…${follower.keyLastFour}`,
      follower.transport,
    ]),
  );
}

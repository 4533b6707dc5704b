import { el, named } from "./dom.js";
import { ago, bytes, countdown, lasting, plural, shortRevision } from "./format.js";

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

const NO_ENVIRONMENT =
  "This database has no environment yet. Make one in Flagsmith, then: flagsmith-flagd project enable <project id>";
const NO_FOLLOWER =
  "Nobody follows yet. Point flagd or an in-process provider at the sync port; flagsmith-flagd watch follows likewise.";

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

/** Whether all have it, in words and colour; leads to who they are. */
function holding({ followers, followersCurrent, environmentId, flagSetId }) {
  if (followers === 0) return el("span", { class: "quiet" }, "none");
  const all = followers === followersCurrent;
  return el(
    "a",
    { class: all ? "good" : "warn", href: "#followers", "data-only": environmentId, "data-name": flagSetId },
    `${followersCurrent} of ${followers} have it`,
  );
}

function state(environment) {
  const [text, tone] = STATES[environment.state] ?? [environment.state, "quiet"];
  const word = el("span", { class: tone }, text);
  if (environment.detail === null) return word;
  return el("span", {}, word, el("span", { class: "quiet" }, `: ${environment.detail}`));
}

const ENVIRONMENT_HEADINGS = [
  "Environment",
  "State",
  "Followers",
  "Revision",
  "In effect since",
  "Flags",
  "Size",
  "Warnings",
];

export function environmentTable(environments, _report, { isPlain }) {
  if (environments.length === 0) {
    return el("p", { class: "quiet" }, isPlain ? NO_ENVIRONMENT : "No environment is as sought.");
  }
  return table(
    "Those that need attention first",
    ENVIRONMENT_HEADINGS,
    environments.map((environment) => [
      named(environment.flagSetId),
      state(environment),
      holding(environment),
      revisionOf(environment.revision),
      environment.version === null ? "–" : ago(environment.version),
      String(environment.flags ?? "–"),
      bytes(environment.bytes),
      environment.warningCount === 0
        ? "none"
        : el("a", { href: "#warned" }, String(environment.warningCount)),
    ]),
  );
}

export function scheduleTable({ schedule }) {
  if (schedule.length === 0) return el("p", { class: "quiet" }, "Nothing is planned.");
  return table(
    plural(schedule.length, "environment changes by itself", "environments change by themselves"),
    ["Environment", "Due"],
    schedule.map(({ flagSetId, dueAt }) => [named(flagSetId), countdown(dueAt)]),
  );
}

function behindBy({ revisionsBehind, pending }) {
  const count =
    revisionsBehind === null ? "behind" : `${plural(revisionsBehind, "revision", "revisions")} behind`;
  return pending ? `${count}, being written, ` : `${count}, `;
}

function standing(follower) {
  if (follower.current) return el("span", { class: "good" }, "current");
  const since = follower.behindSince === null ? null : lasting(follower.behindSince);
  return el("span", { class: "warn" }, behindBy(follower), since);
}

/** What a follower calls itself, or else where it is. */
function nameOf({ providerId, userAgent, peer }) {
  return named([providerId, userAgent].filter((part) => part !== null).join(", ") || peer);
}

const FOLLOWER_HEADINGS = [
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

export function followerTable(followers, _report, { isPlain }) {
  if (followers.length === 0) {
    return el("p", { class: "quiet" }, isPlain ? NO_FOLLOWER : "No follower is as sought.");
  }
  return table(
    "Those that are behind first",
    FOLLOWER_HEADINGS,
    followers.map((follower) => [
      nameOf(follower),
      named(follower.flagSetId),
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

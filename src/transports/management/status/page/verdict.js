import { byId, el, named, show } from "./dom.js";
import { ago, countdown, lasting, milliseconds, plural } from "./format.js";
import { quantile } from "./plot.js";

const followersOf = (count) => plural(count, "follower", "followers");
const environmentsOf = (count) => plural(count, "environment", "environments");

/** What keeps the answer from being yes, worst first: a tone and what it says. */
function mattersOf({ server, totals, environments, followers }) {
  const inState = (state) => environments.filter((environment) => environment.state === state).length;
  const [held, stale, waiting] = ["document_too_large", "stale", "waiting"].map(inState);
  const matters = [];
  if (!server.ready) matters.push(["bad", [`Not ready: waiting for ${server.waitingFor.join(", ")}.`]]);
  if (server.stale !== null) {
    const { since, reason } = server.stale;
    matters.push(["bad", ["May be out of date for ", lasting(since), `: ${reason}.`]]);
  } else if (stale > 0) {
    matters.push(["bad", [`${environmentsOf(stale)} may be out of date: the reason stands below.`]]);
  }
  if (held > 0) {
    matters.push(["bad", [`${environmentsOf(held)} not at the newest: the document is too large.`]]);
  }
  if (totals.behind > 0) {
    const longest = followers[0]?.behindSince;
    const since = longest ? [", the longest for ", lasting(longest)] : [];
    matters.push([
      "warn",
      [`Not yet: ${totals.behind} of ${followersOf(totals.followers)} behind`, ...since, "."],
    ]);
  }
  if (waiting > 0) matters.push(["warn", [`${environmentsOf(waiting)} without a document yet.`]]);
  return matters;
}

function whoHasIt({ followers, behind }) {
  if (followers === 0) return ["quiet", ["Nobody follows at this moment."]];
  if (behind > 0) return undefined;
  return [
    "good",
    [followers === 1 ? "Yes: the only follower has it." : `Yes: all ${followers} followers have it.`],
  ];
}

const lineOf = (name, [tone, parts]) => el(name, { class: tone }, ...parts);

/** The answer to the question that brings people here; `tone` is that of the worst. */
export function showVerdict(report) {
  const said = [...mattersOf(report), whoHasIt(report.totals)].filter((each) => each !== undefined);
  const [[tone, parts], ...rest] = said;
  const content = document.createDocumentFragment();
  content.append(
    el("p", { class: "verdict", "data-tone": tone }, ...parts),
    ...(rest.length === 0 ? [] : [el("ul", {}, ...rest.map((each) => lineOf("li", each)))]),
  );
  show(byId("verdict"), content);
  byId("answer").dataset.tone = tone;
  const { current, followers } = report.totals;
  document.title = `${tone === "good" ? "✓" : "!"} ${current}/${followers} flagsmith-flagd`;
}

/** While nothing is heard from the server, nothing is known. */
export function showUnknown() {
  show(
    byId("verdict"),
    el("p", { class: "verdict", "data-tone": "bad" }, "Unknown: the server is not heard."),
  );
  byId("answer").dataset.tone = "bad";
  document.title = "? flagsmith-flagd";
}

/** Who has what a change brought. */
export function arrival({ arrived }) {
  if (arrived === null) return el("span", { class: "quiet" }, "replaced by the next");
  if (arrived.of === 0) return el("span", { class: "quiet" }, "nobody follows");
  const tone = arrived.have === arrived.of ? "good" : "warn";
  return el("span", { class: tone }, `${arrived.have} of ${arrived.of} have it`);
}

/** The newest change in a line: whether the kill switch is everywhere. */
export function newestChange({ changes }) {
  const [change] = changes;
  if (change === undefined) return el("p", { class: "quiet" }, "Nothing has changed since the start.");
  const flags = change.flags
    .slice(0, 2)
    .map(({ flag, before, after }) =>
      el("span", {}, el("strong", {}, named(flag)), before === after ? ", " : ` ${before} → ${after}, `),
    );
  const more = change.flagCount - flags.length;
  return el(
    "p",
    {},
    "Last change: ",
    ...flags,
    more > 0 ? `${plural(more, "more flag", "more flags")}, ` : null,
    "in ",
    named(change.flagSetId),
    ", ",
    ago(change.at),
    ": ",
    arrival(change),
  );
}

function figure(name, ...value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
}

/** The few numbers that tell how it goes. */
export function figures({ totals, environments, changes, schedule }) {
  const known = changes.flatMap(({ propagationMs }) => propagationMs ?? []);
  const served = environments.filter(({ revision }) => revision !== null).length;
  const isAll = environments.length === totals.environments;
  const list = document.createDocumentFragment();
  list.append(
    figure(
      "Followers at the newest",
      `${totals.current} of ${totals.followers} `,
      el("progress", {
        max: Math.max(1, totals.followers),
        value: totals.current,
        "aria-label": "share of the followers at the newest revision",
      }),
    ),
    figure("Environments", isAll ? `${served} served` : String(totals.environments)),
    figure("Half of the changes within", known.length === 0 ? "–" : milliseconds(quantile(known, 0.5))),
    figure("Next scheduled change", schedule[0] === undefined ? "none" : countdown(schedule[0].dueAt)),
  );
  return list;
}

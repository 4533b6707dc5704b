import { changeList } from "./changes.js";
import { byId, el, show } from "./dom.js";
import { ahead, duration, plural, tick } from "./format.js";
import { latencyPlot } from "./plot.js";
import { environmentTable, followerTable, scheduleTable } from "./tables.js";
import { warningList } from "./warnings.js";

/** The server says something every 15 s; after so long without a word the connection is taken for dead. */
const SILENCE_MS = 45_000;
const RECONNECT_MS = 2_000;

let report;
let heardMs = 0;
let stream;

function tellConnection(text, tone) {
  const place = byId("connection");
  place.textContent = text;
  place.className = `pill ${tone}`;
}

/** The answer to the question that brings people here. */
function verdict({ server, totals, environments }) {
  if (server.stale !== null) return [`What is served may be out of date: ${server.stale.reason}`, "bad"];
  if (!server.ready) return [`Not ready: waiting for ${server.waitingFor.join(", ")}`, "bad"];
  const held = environments.filter(({ state }) => state === "document_too_large").length;
  if (held > 0)
    return [`${plural(held, "environment is", "environments are")} not up to date: see below`, "bad"];
  if (totals.followers === 0) return ["Nobody follows at this moment.", "quiet"];
  if (totals.behind > 0) {
    return [
      `${totals.behind} of ${plural(totals.followers, "follower", "followers")} not yet at the newest revision.`,
      "warn",
    ];
  }
  if (totals.followers === 1) return ["The only follower has the newest revision.", "good"];
  return [`All ${totals.followers} followers have the newest revision.`, "good"];
}

function showVerdict() {
  const [text, tone] = verdict(report);
  const place = byId("verdict");
  if (place.textContent === text) return;
  place.textContent = text;
  place.className = tone;
}

function showServer() {
  const { version, startedAt, processes } = report.server;
  const since = duration(Date.now() + ahead.server - Date.parse(startedAt));
  const text = `version ${version}, up ${since}, ${plural(processes, "process", "processes")}`;
  if (byId("server").textContent !== text) byId("server").textContent = text;
}

/** Keeps the choice that was made. */
function showChoices() {
  const select = byId("follower-environment");
  const served = report.environments.filter(
    (environment) => environment.followers > 0 || String(environment.environmentId) === select.value,
  );
  const wanted = ["", ...served.map(({ environmentId }) => String(environmentId))].join();
  if ([...select.options].map((option) => option.value).join() === wanted) return;
  const chosen = select.value;
  const options = served.map(({ environmentId, flagSetId }) =>
    el("option", { value: environmentId }, flagSetId),
  );
  select.replaceChildren(el("option", { value: "" }, "all"), ...options);
  select.value = chosen;
}

function showFollowers() {
  const wish = {
    environmentId: byId("follower-environment").value,
    onlyBehind: byId("follower-behind").checked,
  };
  show(byId("followers-table"), followerTable(report, wish));
}

function showAll() {
  showServer();
  showVerdict();
  showChoices();
  show(byId("environments-table"), environmentTable(report));
  show(byId("latency"), latencyPlot(report.changes));
  show(byId("schedule-table"), scheduleTable(report));
  show(byId("changes"), changeList(report));
  show(byId("warnings"), warningList(report));
  showFollowers();
  for (const part of document.querySelectorAll("main, footer")) part.hidden = false;
}

/** EventSource gives up for good when it is answered with an error, so it is made anew whatever happened. */
function connect() {
  stream?.close();
  heardMs = Date.now();
  stream = new EventSource("/api/status/events");
  stream.onopen = () => {
    heardMs = Date.now();
    tellConnection("live", "good");
  };
  stream.addEventListener("status", (event) => {
    heardMs = Date.now();
    report = JSON.parse(event.data);
    ahead.server = Date.parse(report.generatedAt) - heardMs;
    ahead.database = Date.parse(report.databaseTime) - heardMs;
    showAll();
  });
  stream.addEventListener("heartbeat", () => {
    heardMs = Date.now();
  });
  stream.onerror = () => {
    tellConnection("reconnecting", "bad");
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  };
}

/** What scrolls by itself must be reached by the keyboard, and say what it is. */
for (const place of document.querySelectorAll("[data-scrolls]")) {
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-labelledby", place.dataset.scrolls);
}

setInterval(() => {
  if (Date.now() - heardMs > SILENCE_MS) connect();
  if (report === undefined) return;
  tick();
  showServer();
}, 1_000);
byId("follower-environment").addEventListener("change", showFollowers);
byId("follower-behind").addEventListener("change", showFollowers);
connect();

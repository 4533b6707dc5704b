import { changeList } from "./changes.js";
import { byId, el, show } from "./dom.js";
import { ahead, clockTime, duration, lasting, plural, tick } from "./format.js";
import { pagedList } from "./paged-list.js";
import { latencyPlot } from "./plot.js";
import { environmentTable, followerTable, scheduleTable } from "./tables.js";
import { figures, newestChange, showUnknown, showVerdict } from "./verdict.js";
import { warningList } from "./warnings.js";

/** The server says something every 5 s; after so long without a word the connection is taken for dead. */
const SILENCE_MS = 15_000;
const RECONNECT_MS = 2_000;
const EVENTS = "/api/status/events";

let report;
let heardMs = Date.now();
let isLost = false;
let stream;

const lists = {
  environments: pagedList({ name: "environments", pageSize: 20, table: environmentTable }),
  followers: pagedList({ name: "followers", pageSize: 50, table: followerTable }),
};

function tellConnection(text, tone) {
  const place = byId("connection");
  place.textContent = text;
  place.className = `pill ${tone}`;
}

function showServer() {
  const { version, startedAt, processes } = report.server;
  const since = duration(Date.now() + ahead.server - Date.parse(startedAt));
  const text = `version ${version}, up ${since}, ${plural(processes, "process", "processes")}`;
  if (byId("server").textContent !== text) byId("server").textContent = text;
}

function showLatency() {
  show(byId("latency"), latencyPlot(report.changes, Math.max(240, byId("latency").clientWidth)));
}

function showAll() {
  for (const part of document.querySelectorAll("main, footer")) part.hidden = false;
  showServer();
  showVerdict(report);
  show(byId("newest"), newestChange(report));
  show(byId("figures"), figures(report));
  lists.environments.update(report);
  lists.followers.update(report);
  showLatency();
  show(byId("schedule-table"), scheduleTable(report));
  show(byId("changes"), changeList(report));
  show(byId("warnings"), warningList(report));
}

function heard() {
  heardMs = Date.now();
  if (!isLost) return;
  isLost = false;
  byId("notice").replaceChildren();
  document.body.classList.remove("lost");
  if (report !== undefined) showVerdict(report);
}

function lostNotice(why) {
  const notice = el("p", {}, `Disconnected since ${clockTime(new Date(heardMs).toISOString())}${why}. `);
  if (report === undefined) return notice;
  // The seconds run on, which nobody wants to hear read out.
  const since = el(
    "span",
    { "aria-hidden": "true" },
    lasting(new Date(heardMs + ahead.server).toISOString()),
    " ago",
  );
  notice.append("What stands below is as it was then, ", since, ".");
  return notice;
}

/** Says since when nothing is heard, and takes back what can no longer be answered. */
function lose(why) {
  tellConnection("reconnecting", "bad");
  const place = byId("notice");
  if (place.textContent === "" || why !== "") show(place, lostNotice(why));
  isLost = true;
  document.body.classList.add("lost");
  showUnknown();
}

/** An EventSource does not tell why it was refused. */
async function askWhy() {
  const abort = new AbortController();
  try {
    const answer = await fetch(EVENTS, { signal: abort.signal });
    if (answer.status === 401 || answer.status === 403) location.reload();
    else if (!answer.ok) lose(`: ${(await answer.json()).title}`);
  } catch {
    lose("");
  } finally {
    abort.abort();
  }
}

/** EventSource gives up for good when it is answered with an error, so it is made anew whatever happened. */
function connect() {
  stream?.close();
  const opened = new EventSource(EVENTS);
  stream = opened;
  opened.onopen = () => {
    tellConnection("live", "good");
    heard();
  };
  opened.addEventListener("status", (event) => {
    heard();
    report = JSON.parse(event.data);
    ahead.server = Date.parse(report.generatedAt) - heardMs;
    ahead.database = Date.parse(report.databaseTime) - heardMs;
    showAll();
  });
  opened.addEventListener("heartbeat", heard);
  opened.onerror = () => {
    lose("");
    if (opened.readyState !== EventSource.CLOSED) return;
    void askWhy();
    setTimeout(connect, RECONNECT_MS);
  };
}

/** What scrolls by itself must be reached by the keyboard, and say what it is. */
for (const place of document.querySelectorAll("[data-scrolls]")) {
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute("aria-labelledby", place.dataset.scrolls);
}

let connectedMs = Date.now();
setInterval(() => {
  const nowMs = Date.now();
  if (nowMs - heardMs > SILENCE_MS) {
    lose("");
    if (nowMs - connectedMs > SILENCE_MS) {
      connectedMs = nowMs;
      connect();
    }
  }
  tick();
  if (report !== undefined) showServer();
}, 1_000);
byId("environments-table").addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-only]");
  if (chosen !== null) lists.followers.showOnly(chosen.dataset.only, chosen.dataset.name);
});
window.addEventListener("resize", () => {
  if (report !== undefined) showLatency();
});
connect();

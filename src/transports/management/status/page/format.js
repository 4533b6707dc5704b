/** How many milliseconds the server's clock is ahead of this browser's, and the database's likewise. */
export const ahead = { server: 0, database: 0 };

const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** A duration in its largest unit and the next. */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  for (const [index, [size, unit]] of UNITS.entries()) {
    if (seconds < size) continue;
    const [nextSize, nextUnit] = UNITS[index + 1] ?? [1, "s"];
    return `${Math.floor(seconds / size)} ${unit} ${Math.floor((seconds % size) / nextSize)} ${nextUnit}`;
  }
  return `${seconds} s`;
}

const SHOWN = {
  ago: (atMs) => `${duration(Date.now() + ahead.server - atMs)} ago`,
  lasting: (atMs) => duration(Date.now() + ahead.server - atMs),
  countdown(atMs) {
    const leftMs = atMs - Date.now() - ahead.database;
    return leftMs > 0 ? `in ${duration(leftMs)}` : "due now";
  },
};

function running(iso, shows) {
  const element = document.createElement("time");
  element.dateTime = iso;
  element.dataset.shows = shows;
  element.title = iso;
  tell(element);
  return element;
}

/** A time that was, as how long ago; `tick` keeps it true. */
export const ago = (iso) => running(iso, "ago");

/** How long something has been so. */
export const lasting = (iso) => running(iso, "lasting");

/** A time that will be, by the database's clock, as a countdown. */
export const countdown = (iso) => running(iso, "countdown");

function tell(element) {
  const text = SHOWN[element.dataset.shows](Date.parse(element.dateTime));
  if (element.textContent !== text) element.textContent = text;
}

/** Brings every time on the page up to date. */
export function tick() {
  for (const element of document.querySelectorAll("time[data-shows]")) tell(element);
}

export function clockTime(iso) {
  return new Date(iso).toLocaleTimeString([], { hour12: false });
}

export function bytes(count) {
  if (count === null) return "–";
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`;
}

export function milliseconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export const shortRevision = (hash) => (hash === null ? "none" : hash.slice(0, 12));

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { clientsPage } from "./page/page.ts";
import type { Recorded } from "./results.ts";

const FILE = "clients/recorded.json";
const PAGE = "docs/clients.md";

/** What was recorded last. */
export function readRecorded(): Recorded {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Recorded) : { clients: {}, older: [] };
}

/** Writes the page from what is recorded. */
export function writePage(recorded: Recorded): void {
  writeFileSync(PAGE, clientsPage(recorded));
}

/** Adds what a run found out, and writes the page anew. */
export function record(found: Partial<Recorded>): void {
  const before = readRecorded();
  const tried = new Set(found.older?.map(({ name }) => name));
  const recorded: Recorded = {
    clients: { ...before.clients, ...found.clients },
    older: [...before.older.filter(({ name }) => !tried.has(name)), ...(found.older ?? [])],
  };
  writeFileSync(FILE, `${JSON.stringify(recorded, undefined, 2)}\n`);
  writePage(recorded);
}

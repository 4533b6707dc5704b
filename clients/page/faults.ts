import type { ClientResult, FaultResult } from "../results.ts";
import { seconds, table, yes } from "./table.ts";

function lived({ backMs, events, changed }: FaultResult): string {
  const told = events.length === 0 ? "no event" : events.join(", ");
  const wrong = changed === 0 ? "" : `; **${changed} rounds of other answers**`;
  return `${seconds(backMs)}; ${told}${wrong}`;
}

/** How the clients lived through a drain, a restart, an outage. */
export function faultTable(results: readonly ClientResult[]): string {
  return table(
    ["client", "drain to another server", "server killed, back after 2 s", "database away for 2 s"],
    results.map((one) => [one.title, lived(one.drain), lived(one.restart), lived(one.outage)]),
  );
}

/** What became of them when their key was deleted. */
export function rotationTable(results: readonly ClientResult[]): string {
  return table(
    [
      "client",
      "notices after",
      "says",
      "keeps its flags",
      "new key works",
      "started with the deleted key",
      "the same key is back",
    ],
    results.map(({ title, rotation }) => [
      title,
      rotation.noticedMs === null ? "nothing is told" : seconds(rotation.noticedMs),
      [...rotation.events, rotation.message && `"${rotation.message}"`].filter(Boolean).join(", ") ||
        "nothing",
      yes(rotation.kept),
      yes(rotation.newKeyWorks),
      [...new Set(rotation.startedWithOldKey)].filter((event) => event !== "STARTED").join(", ") || "nothing",
      rotation.backMs === null ? "start it again" : `live after ${seconds(rotation.backMs)}`,
    ]),
  );
}

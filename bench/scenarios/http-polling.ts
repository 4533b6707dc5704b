/**
 * (g) How many polls per second does one process answer, whole and with 304?
 * No goal: TLS, and clients that open a connection per poll.
 */
import { createPlace } from "../database/place.ts";
import { LARGE } from "../database/seed.ts";
import { cpuMs } from "../measure.ts";
import { startChild } from "../processes/child.ts";
import type { Bench, Cell, Findings } from "../scenario.ts";
import { startOurs } from "../servers.ts";

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly megabytesPerSecond: number;
  readonly statuses: string;
}

const CONNECTIONS = 50;

async function run(bench: Bench): Promise<Findings> {
  const seconds = bench.quick ? 2 : 8;
  const place = await createPlace(LARGE);
  const server = await startOurs(place);
  const client = startChild("http-load");
  try {
    const key = { "x-environment-key": server.key };
    const url = `http://127.0.0.1:${server.port}/api/v1/flagd/flags.json`;
    const etag = (await fetch(url, { headers: key })).headers.get("etag") ?? "";
    const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ["304, If-None-Match", { ...key, "if-none-match": etag }],
      ["200, gzip", { ...key, "accept-encoding": "gzip" }],
      ["200, br", { ...key, "accept-encoding": "br" }],
      ["200, identity", key],
      ["401, unknown key", { "x-environment-key": "ser.unknown" }],
    ];
    const rows: (readonly Cell[])[] = [];
    for (const [what, headers] of cases) {
      bench.say(what);
      const before = cpuMs(server.process.pid);
      const load = await client.ask<Load>("load", {
        port: server.port,
        path: "/api/v1/flagd/flags.json",
        headers,
        connections: CONNECTIONS,
        seconds,
      });
      const cpuUs = ((cpuMs(server.process.pid) - before) * 1_000) / (load.perSecond * seconds);
      rows.push([what, load.statuses, load.perSecond, load.p50, load.p99, load.megabytesPerSecond, cpuUs]);
    }
    return {
      tables: [
        {
          caption: `A document of 1,000 flags, ${CONNECTIONS} connections that are kept open, ${seconds} s each:`,
          columns: [
            "request",
            "status",
            "per second",
            "p50 (ms)",
            "p99 (ms)",
            "MB/s",
            "server CPU each (µs)",
          ],
          rows,
        },
      ],
      remarks: ["Load generator: bench/processes/http-load.ts, one request at a time per connection."],
    };
  } finally {
    await client.stop();
    await server.stop();
    await place.stop();
  }
}

/** See the top of this file. */
export const httpPolling = { letter: "g", title: "HTTP polling", run };

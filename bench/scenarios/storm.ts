/**
 * (d) All clients lose their streams in one instant and come back in the next: how long until all have the document, and what
 * does that cost? flagd comes back exactly 4.0 s after a loss, so this is what a restart of a load balancer looks like.
 * No goal: TLS handshakes.
 */
import { cpuMs } from "../measure.ts";
import { startChild } from "../processes/child.ts";
import type { Bench, Cell, Findings } from "../scenario.ts";
import { type GivenDocuments, startGiven } from "../servers.ts";
import { documentsOf } from "./documents.ts";

const SERVERS: readonly GivenDocuments[] = ["tcp-server", "push-server", "grpc-js-server", "connect-server"];

async function storm(kind: GivenDocuments, streams: number, bytes: number): Promise<readonly Cell[]> {
  const server = await startGiven(kind, documentsOf(bytes), { gzipMinBytes: 1_000_000_000 });
  const client = startChild("raw-client");
  try {
    const protocol = server.protocol;
    await client.ask("open", { port: server.port, protocol, count: streams, atOnce: 200 });
    const took: number[] = [];
    const before = cpuMs(server.process.pid);
    for (let round = 0; round < 3; round++) took.push(await client.ask<number>("storm"));
    const cpu = (cpuMs(server.process.pid) - before) / took.length;
    const { lost } = await client.ask<{ lost: number }>("state");
    took.sort((left, right) => left - right);
    return [server.name, took[1] ?? 0, took[2] ?? 0, cpu, (cpu * 1_000) / streams, lost];
  } finally {
    await client.stop();
    await server.stop();
  }
}

async function run(bench: Bench): Promise<Findings> {
  const sets = [
    { streams: bench.quick ? 1_000 : 5_000, bytes: 10_000 },
    { streams: bench.quick ? 200 : 1_000, bytes: 437_000 },
  ];
  const tables = [];
  for (const { streams, bytes } of sets) {
    const rows: (readonly Cell[])[] = [];
    for (const kind of SERVERS) {
      bench.say(`${streams} streams: ${kind}`);
      rows.push(await storm(kind, streams, bytes));
    }
    tables.push({
      caption: `${streams.toLocaleString("en-US")} streams of ${bytes / 1_000} KB, median and worst of three storms:`,
      columns: [
        "server",
        "all have it (ms)",
        "worst",
        "server CPU (ms)",
        "CPU per stream (µs)",
        "connections lost",
      ],
      rows,
    });
  }
  return { tables };
}

/** See the top of this file. */
export const reconnectStorm = { letter: "d", title: "A reconnect storm", run };

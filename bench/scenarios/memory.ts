/**
 * (c) What does a stream cost while nothing happens, and what does a push need at its peak?
 * No goal: the kernel's socket buffers, which are no process's memory (about 5 KB per idle connection).
 */

import { forgetPeak, pause, peakMegabytes, residentMegabytes } from "../measure.ts";
import type { Memory } from "../processes/answer.ts";
import { startChild } from "../processes/child.ts";
import { atMost, type Bench, type Cell, type Findings } from "../scenario.ts";
import { type GivenDocuments, startGiven } from "../servers.ts";
import { documentsOf } from "./documents.ts";

const SETTLE_MS = 1_500;
const SERVERS: readonly GivenDocuments[] = ["push-server", "grpc-js-server", "connect-server"];

interface Cost {
  readonly name: string;
  readonly heapKb: number;
  readonly residentKb: number;
  readonly peakMb: number;
  readonly settledMb: number;
}

async function costOf(kind: GivenDocuments, streams: number, bytes: number): Promise<Cost> {
  const server = await startGiven(kind, documentsOf(bytes), { gzipMinBytes: 1_000_000_000 });
  const client = startChild("raw-client");
  const { pid } = server.process;
  try {
    const empty = await server.process.ask<Memory>("memory");
    await client.ask("open", { port: server.port, protocol: "grpc", count: streams, atOnce: 200 });
    await pause(SETTLE_MS);
    const idle = await server.process.ask<Memory>("memory");
    forgetPeak(pid);
    const idleMb = residentMegabytes(pid);
    for (let round = 0; round < 5; round++) {
      await client.ask("expect");
      await server.change();
      await client.ask("arrived", Date.now());
    }
    const peakMb = peakMegabytes(pid) - idleMb;
    await pause(SETTLE_MS);
    await server.process.ask<Memory>("memory");
    return {
      name: server.name,
      heapKb: (idle.heapUsed + idle.external - empty.heapUsed - empty.external) / streams / 1_024,
      residentKb: (idle.rss - empty.rss) / streams / 1_024,
      peakMb,
      settledMb: residentMegabytes(pid) - idleMb,
    };
  } finally {
    await client.stop();
    await server.stop();
  }
}

async function run(bench: Bench): Promise<Findings> {
  const many = bench.quick ? 1_000 : 5_000;
  const few = bench.quick ? 200 : 1_000;
  const rows: (readonly Cell[])[] = [];
  let ours: { readonly small: Cost; readonly large: Cost } | undefined;
  for (const kind of SERVERS) {
    bench.say(kind);
    const small = await costOf(kind, many, 10_000);
    const large = await costOf(kind, few, 437_000);
    ours ??= { small, large };
    rows.push([small.name, small.heapKb, small.residentKb, small.peakMb, large.peakMb, large.settledMb]);
  }
  return {
    tables: [
      {
        columns: [
          "server",
          `heap per idle stream (KB, ${many} streams)`,
          "resident per idle stream (KB)",
          `peak above idle: 10 KB to ${many} (MB)`,
          `peak above idle: 437 KB to ${few} (MB)`,
          "settled above idle (MB)",
        ],
        rows,
      },
    ],
    verdicts:
      ours === undefined
        ? []
        : [
            atMost("heap per idle stream", ours.small.heapKb, 20, "KB"),
            atMost("peak above idle while pushing 437 KB", ours.large.peakMb, 60, "MB"),
          ],
    remarks: [
      "Heap is what V8 counts after a collection: ours and Node's. Resident is what the process grew by; the rest is native: nghttp2, libuv.",
      "The client takes everything at once (no flow control), so nothing waits in the servers for lack of a window.",
    ],
  };
}

/** See the top of this file. */
export const memory = { letter: "c", title: "Memory: idle streams, and the peak of a push", run };

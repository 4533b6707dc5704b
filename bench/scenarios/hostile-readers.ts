/**
 * (i) Do 10,000 open streams in one process survive a push, with some among them that never read?
 * No goal: being fast; the client of 10,000 connections shares the machine.
 */
import { forgetPeak, pause, peakMegabytes, residentMegabytes, type Spread } from "../measure.ts";
import { startChild } from "../processes/child.ts";
import type { Bench, Findings } from "../scenario.ts";
import { startGiven } from "../servers.ts";
import { documentsOf } from "./documents.ts";

const SLOW_READER_MS = 3_000;
/** The limit, then ten seconds for the end of the stream, then ten for a ping. */
const CUT_AFTER_MS = SLOW_READER_MS + 20_000 + 2_000;

async function run(bench: Bench): Promise<Findings> {
  const streams = bench.quick ? 1_000 : 10_000;
  const deaf = streams / 100;
  // Above what the kernel buffers for a connection whose reader sleeps, so that the deaf ones really hold something back.
  const server = await startGiven("push-server", documentsOf(437_000), {
    gzipMinBytes: 1_000_000_000,
    slowReaderMs: SLOW_READER_MS,
  });
  const client = startChild("raw-client");
  const { pid } = server.process;
  try {
    bench.say(`opening ${streams} streams`);
    const openMs = await client.ask<number>("open", {
      ...{ port: server.port, protocol: "grpc", count: streams, atOnce: 500, deaf },
    });
    forgetPeak(pid);
    const idleMb = residentMegabytes(pid);
    const pushes: Spread[] = [];
    for (let round = 0; round < 10; round++) {
      await client.ask("expect");
      const began = performance.timeOrigin + performance.now();
      await server.change();
      pushes.push(await client.ask<Spread>("arrived", began));
    }
    const peakMb = peakMegabytes(pid);
    bench.say("waiting for the deaf to be cut");
    await pause(CUT_AFTER_MS);
    const ended = await server.process.ask<Readonly<Record<string, number>>>("ended");
    const followers = await server.process.ask<number>("followers");
    return {
      tables: [
        {
          columns: ["what", "figure"],
          rows: [
            ["streams that read", streams],
            ["streams that never read", deaf],
            ["all open after (ms)", openMs],
            ["resident before the first push (MB)", idleMb],
            ["peak of ten pushes of 437 KB (MB)", peakMb],
            ["last byte at the last reader, worst of ten (ms)", Math.max(...pushes.map(({ last }) => last))],
            ["followers afterwards", followers],
            ["ended as slow", ended.slow ?? 0],
          ],
        },
      ],
      verdicts: [
        {
          what: "readers that still follow",
          measured: followers,
          target: String(streams),
          met: followers === streams,
        },
        {
          what: "deaf streams that were ended",
          measured: ended.slow ?? 0,
          target: String(deaf),
          met: ended.slow === deaf,
        },
      ],
    };
  } finally {
    await client.stop();
    await server.stop();
  }
}

/** See the top of this file. */
export const hostileReaders = { letter: "i", title: "10,000 streams and readers that do not read", run };

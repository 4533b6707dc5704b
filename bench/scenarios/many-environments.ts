/**
 * (f) With 1,000 environments of 430 KB: how much memory, how long until ready, and does a change of one cost more because of
 * the other 999?
 * No goal: 1,000 environments that change at once.
 */
import { createPlace } from "../database/place.ts";
import type { PlaceSize } from "../database/seed.ts";
import { cpuMs, forgetPeak, median, pause, peakMegabytes, residentMegabytes } from "../measure.ts";
import type { Memory } from "../processes/answer.ts";
import { startChild } from "../processes/child.ts";
import { atMost, type Bench, type Cell, type Findings } from "../scenario.ts";
import { documentOf, startOurs } from "../servers.ts";

const EACH: Omit<PlaceSize, "environments"> = {
  features: 1_000,
  segments: 20,
  segmentOverrides: 30,
  identityOverrides: 10,
  valueLength: 270,
};

const SETTLE_MS = 5_000;

interface Measured {
  readonly environments: number;
  readonly readyMs: number;
  readonly memory: Memory;
  readonly residentMb: number;
  readonly peakMb: number;
  readonly changeMs: number;
  readonly cpuPerChangeMs: number;
  readonly coldMs: number;
  readonly kilobytes: number;
}

async function measure(bench: Bench, environments: number, rounds: number): Promise<Measured> {
  bench.say(`seeding ${environments} environments`);
  const place = await createPlace({ ...EACH, environments });
  const client = startChild("raw-client");
  bench.say(`starting on ${environments} environments`);
  const began = performance.now();
  // The comparison with the database is held off: it would read everything while single changes are measured.
  const server = await startOurs(place, { GZIP_MIN_BYTES: "1000000000", RECONCILE_SECONDS: "86400" });
  try {
    const readyMs = performance.now() - began;
    await pause(SETTLE_MS);
    const peakMb = peakMegabytes(server.process.pid);
    const memory = await server.process.ask<Memory>("memory");
    const residentMb = residentMegabytes(server.process.pid);
    const cold: number[] = [];
    for (let number = 1; number <= Math.min(10, environments); number++) {
      const asked = performance.now();
      await documentOf({ ...server, key: place.keyOf(number) });
      cold.push(performance.now() - asked);
    }
    const kilobytes = (await documentOf(server)).length / 1_000;
    await client.ask("open", { port: server.port, protocol: "grpc", count: 1, key: server.key });
    forgetPeak(server.process.pid);
    const cpuBefore = cpuMs(server.process.pid);
    const changes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await client.ask("expect");
      const beganEpoch = performance.timeOrigin + performance.now();
      await place.toggle();
      changes.push((await client.ask<{ last: number }>("arrived", beganEpoch)).last);
    }
    return {
      environments,
      readyMs,
      memory,
      residentMb,
      peakMb,
      changeMs: median(changes),
      cpuPerChangeMs: (cpuMs(server.process.pid) - cpuBefore) / rounds,
      coldMs: median(cold),
      kilobytes,
    };
  } finally {
    await client.stop();
    await server.stop();
    await place.stop();
  }
}

function rowOf(measured: Measured): readonly Cell[] {
  const { heapUsed, external } = measured.memory;
  return [
    measured.environments,
    measured.kilobytes,
    measured.readyMs / 1_000,
    measured.peakMb,
    measured.residentMb,
    heapUsed / 2 ** 20,
    external / 2 ** 20,
    measured.coldMs,
    measured.changeMs,
    measured.cpuPerChangeMs,
  ];
}

async function run(bench: Bench): Promise<Findings> {
  const rounds = bench.quick ? 10 : 30;
  const one = await measure(bench, 1, rounds);
  const some = await measure(bench, bench.quick ? 20 : 100, rounds);
  const many = bench.quick ? undefined : await measure(bench, 1_000, rounds);
  const most = many ?? some;
  return {
    tables: [
      {
        columns: [
          "environments",
          "document (KB)",
          "ready after (s)",
          "peak of the start (MB)",
          "resident (MB)",
          "heap (MB)",
          "buffers (MB)",
          "first request of an environment (ms)",
          "change to stream (ms)",
          "CPU per change (ms)",
        ],
        rows: [one, some, ...(many === undefined ? [] : [many])].map(rowOf),
      },
    ],
    verdicts: [
      atMost(`memory with ${most.environments} environments`, most.residentMb, 300, "MB"),
      atMost(`ready with ${most.environments} environments`, most.readyMs / 1_000, 30, "s"),
      atMost(
        "CPU of a change, against one environment alone",
        most.cpuPerChangeMs / one.cpuPerChangeMs,
        1.2,
        "x",
      ),
    ],
  };
}

/** See the top of this file. */
export const manyEnvironments = { letter: "f", title: "Many environments of which one changes", run };

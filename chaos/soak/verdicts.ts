import type { CrowdState } from "../processes/churn-client.ts";
import type { InsideMemory } from "../processes/inside-server.ts";
import { type Point, trendOf } from "./flatness.ts";

/** One look at the server while the crowd is there. */
export interface Sample {
  /** Since the crowd came. */
  readonly seconds: number;
  readonly memory: InsideMemory;
  /** Streams that the server says are open. */
  readonly streams: number;
  readonly crowd: CrowdState;
}

/** All that a soak saw. */
export interface SoakRecord {
  /** Streams that the crowd has when it is whole. */
  readonly wanted: number;
  /** Before the crowd came. */
  readonly before: InsideMemory;
  readonly samples: readonly Sample[];
  /** After the crowd had left. */
  readonly after: InsideMemory;
  readonly streamsAfter: number;
}

/** A figure beside its limit. */
export interface SoakVerdict {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: boolean;
}

const MB = 2 ** 20;
/** Part of the samples in which caches and compiled code still grow. */
const WARM_UP = 1 / 3;
/** Growth over what was watched that is noise: V8's code, histograms, the history of one environment. */
const HEAP_GROWTH_MB = 3;
const RSS_GROWTH_MB = 24;
/** Part of the crowd that may be missing, or still leaving, when the server is looked at. */
const CROWD_SLACK = 0.02;
/** Timers and sockets of the database's pool come and go. */
const HANDLES_SLACK = 4;

function growthMb(samples: readonly Sample[], pick: (memory: InsideMemory) => number): number {
  const points: readonly Point[] = samples.map(({ seconds, memory }) => ({
    seconds,
    value: pick(memory) / MB,
  }));
  return trendOf(points).growth;
}

function atMost(what: string, measured: number, limit: number, unit = ""): SoakVerdict {
  const met = measured <= limit;
  return {
    what,
    measured: `${Math.round(measured * 100) / 100}${unit}`,
    limit: `at most ${limit}${unit}`,
    met,
  };
}

/** Samples after the warm-up in which the crowd was whole: only these can be compared. */
export function settledSamples({ samples, wanted }: SoakRecord): readonly Sample[] {
  return samples
    .slice(Math.ceil(samples.length * WARM_UP))
    .filter(({ streams }) => Math.abs(streams - wanted) <= wanted * CROWD_SLACK);
}

/** What must be so after a soak. */
export function verdictsOf(record: SoakRecord): readonly SoakVerdict[] {
  const { before, after, samples, streamsAfter } = record;
  const settled = settledSamples(record);
  const handles = (memory: InsideMemory, kind: string): number => memory.resources[kind] ?? 0;
  const ended = samples.at(-1)?.crowd.endedByServer ?? 0;
  const kinds = ["TCPSocketWrap", "timers"];
  return [
    {
      what: "samples of the whole crowd after the warm-up",
      measured: String(settled.length),
      limit: "at least 3",
      met: settled.length >= 3,
    },
    atMost(
      "growth of the heap",
      growthMb(settled, ({ heapUsed }) => heapUsed),
      HEAP_GROWTH_MB,
      " MB",
    ),
    atMost(
      "growth outside the heap",
      growthMb(settled, ({ external }) => external),
      HEAP_GROWTH_MB,
      " MB",
    ),
    atMost(
      "growth of resident memory",
      growthMb(settled, ({ rss }) => rss),
      RSS_GROWTH_MB,
      " MB",
    ),
    atMost("streams that the server ended", ended, 0),
    atMost("streams after all left", streamsAfter, 0),
    ...kinds.map((kind) =>
      atMost(`${kind} after all left`, handles(after, kind), handles(before, kind) + HANDLES_SLACK),
    ),
  ];
}

/**
 * (a) How long does a change take to the last byte at the last stream, and how near is that to what the machine can do?
 * No goal: latency over a real network, or clients that evaluate flags; both add the same to every server.
 */
import { type FanOutResult, measureFanOut } from "../clients/fan-client.ts";
import { createPlace, type Place } from "../database/place.ts";
import { LARGE, type PlaceSize, SMALL } from "../database/seed.ts";
import { cpuMs, forgetPeak, median, peakMegabytes, residentMegabytes } from "../measure.ts";
import {
  atLeast,
  atMost,
  type Bench,
  type Cell,
  type Findings,
  type Table,
  type Verdict,
} from "../scenario.ts";
import { bothDocuments, type Contestant, startGiven, startOurs } from "../servers.ts";

interface Measured {
  readonly result: FanOutResult;
  readonly idleMb: number;
  readonly peakMb: number;
  /** CPU of the server per change, one figure per pass. */
  readonly cpuPerChangeMs: readonly number[];
}

interface Fleet {
  readonly streams: number;
  readonly rounds: number;
  readonly client?: "counting";
}

async function measure(server: Contestant, fleet: Fleet): Promise<Measured> {
  const { rounds } = fleet;
  let idleMb = 0;
  let cpuBefore = 0;
  try {
    const result = await measureFanOut({
      ...server,
      ...fleet,
      change: () => server.change(),
      connected: async () => {
        await server.process.ask("memory");
        forgetPeak(server.process.pid);
        idleMb = residentMegabytes(server.process.pid);
        cpuBefore = cpuMs(server.process.pid);
      },
    });
    return {
      result,
      idleMb,
      peakMb: peakMegabytes(server.process.pid),
      cpuPerChangeMs: [(cpuMs(server.process.pid) - cpuBefore) / rounds],
    };
  } finally {
    await server.stop();
  }
}

/** Every server has its turn so many times: other load on the machine then does not fall upon one alone. */
const PASSES = 3;

function together(one: Measured, other: Measured): Measured {
  return {
    result: { ...one.result, rounds: [...one.result.rounds, ...other.result.rounds] },
    idleMb: Math.min(one.idleMb, other.idleMb),
    peakMb:
      Math.min(one.idleMb, other.idleMb) + Math.max(one.peakMb - one.idleMb, other.peakMb - other.idleMb),
    cpuPerChangeMs: [...one.cpuPerChangeMs, ...other.cpuPerChangeMs],
  };
}

const COLUMNS = [
  "server",
  "first (ms)",
  "p50",
  "p99",
  "last: median",
  "best - worst",
  "x TCP",
  "CPU per change (ms)",
  "idle (MB)",
  "peak above idle (MB)",
];

function lastOf({ result }: Measured): number {
  return median(result.rounds.map(({ last }) => last));
}

function rowOf(name: string, measured: Measured, limitMs: number | undefined): readonly Cell[] {
  const { rounds } = measured.result;
  const lasts = rounds.map(({ last }) => last);
  return [
    name,
    median(rounds.map(({ first }) => first)),
    median(rounds.map(({ p50 }) => p50)),
    median(rounds.map(({ p99 }) => p99)),
    lastOf(measured),
    `${Math.min(...lasts).toFixed(0)} - ${Math.max(...lasts).toFixed(0)}`,
    limitMs === undefined ? "-" : lastOf(measured) / limitMs,
    median(measured.cpuPerChangeMs),
    measured.idleMb,
    measured.peakMb - measured.idleMb,
  ];
}

/** A gzipped message costs the client more than the loopback saves it, so plain is compared with plain. */
const NEVER_GZIP = 1_000_000_000;

interface Entry {
  readonly id: "tcp" | "push" | "push gzip" | "ours" | "http2" | "grpc-js" | "connect";
  readonly label: string;
  readonly start: (place: Place, documents: readonly string[]) => Promise<Contestant>;
}

const ENTRIES: readonly Entry[] = [
  {
    id: "tcp",
    label: "plain TCP (the limit)",
    start: (_, documents) => startGiven("tcp-server", documents),
  },
  {
    id: "push",
    label: "flagsmith-flagd, push path alone",
    start: (_, documents) => startGiven("push-server", documents, { gzipMinBytes: NEVER_GZIP }),
  },
  {
    id: "push gzip",
    label: "the same, gzipped",
    start: (_, documents) => startGiven("push-server", documents),
  },
  {
    id: "ours",
    label: "flagsmith-flagd, from the commit on",
    start: (place) => startOurs(place, { GZIP_MIN_BYTES: String(NEVER_GZIP) }),
  },
  {
    id: "http2",
    label: "bare node:http2, one shared frame",
    start: (_, documents) => startGiven("http2-server", documents),
  },
  {
    id: "grpc-js",
    label: "@grpc/grpc-js",
    start: (_, documents) => startGiven("grpc-js-server", documents),
  },
  {
    id: "connect",
    label: "@connectrpc/connect-node",
    start: (_, documents) => startGiven("connect-server", documents),
  },
];

interface Comparison {
  readonly table: Table;
  readonly measured: ReadonlyMap<Entry["id"], Measured>;
}

async function compare(bench: Bench, options: Fleet & { readonly size: PlaceSize }): Promise<Comparison> {
  const { streams, rounds } = options;
  const place = await createPlace(options.size);
  try {
    const documents = await bothDocuments(place);
    const measured = new Map<Entry["id"], Measured>();
    for (let pass = 1; pass <= (bench.quick ? 1 : PASSES); pass++) {
      for (const { id, label, start } of ENTRIES) {
        bench.say(`${streams} streams, pass ${pass}: ${label}`);
        const each = await measure(await start(place, documents), options);
        const before = measured.get(id);
        measured.set(id, before === undefined ? each : together(before, each));
      }
    }
    const limit = measured.get("tcp");
    const rows = ENTRIES.flatMap(({ id, label }) => {
      const each = measured.get(id);
      return each === undefined ? [] : [rowOf(label, each, limit && lastOf(limit))];
    });
    const kilobytes = Math.round(Buffer.byteLength(documents[0]) / 100) / 10;
    const client = options.client === "counting" ? ", a client that only counts bytes" : "";
    const caption = `${streams.toLocaleString("en-US")} streams of a document of ${kilobytes} KB, ${rounds} changes per pass${client}:`;
    return { table: { caption, columns: COLUMNS, rows }, measured };
  } finally {
    await place.stop();
  }
}

function verdictsOn({ measured }: Comparison, label: string): readonly Verdict[] {
  const last = (id: Entry["id"]): number => {
    const each = measured.get(id);
    return each === undefined ? Number.NaN : lastOf(each);
  };
  return [
    atMost(`${label}: last byte, push path against plain TCP`, last("push") / last("tcp"), 2.5, "x"),
    atLeast(`${label}: grpc-js against our push path`, last("grpc-js") / last("push"), 3, "x"),
    atLeast(
      `${label}: grpc-js, only told to push, against ours from the commit on`,
      last("grpc-js") / last("ours"),
      3,
      "x",
    ),
  ];
}

async function run(bench: Bench): Promise<Findings> {
  const rounds = 4;
  const large = await compare(bench, { size: LARGE, streams: bench.quick ? 200 : 1_000, rounds });
  const small = await compare(bench, { size: SMALL, streams: bench.quick ? 1_000 : 5_000, rounds });
  const counted = await compare(bench, {
    size: LARGE,
    streams: bench.quick ? 200 : 1_000,
    rounds,
    client: "counting",
  });
  const smallCounted = await compare(bench, {
    size: SMALL,
    streams: bench.quick ? 1_000 : 5_000,
    rounds,
    client: "counting",
  });
  const one = await compare(bench, { size: LARGE, streams: 1, rounds: bench.quick ? 10 : 50 });
  const ours = large.measured.get("ours");
  const push = large.measured.get("push");
  const single = one.measured.get("ours");
  return {
    tables: [large.table, counted.table, small.table, smallCounted.table, one.table],
    verdicts: [
      ...verdictsOn(large, "large"),
      ...verdictsOn(counted, "large, client that only counts"),
      ...verdictsOn(small, "small"),
      ...verdictsOn(smallCounted, "small, client that only counts"),
      ...[push, ours].flatMap((each, index) =>
        each === undefined
          ? []
          : [
              atMost(
                `large: peak above idle, ${index === 0 ? "push path" : "whole server"}`,
                each.peakMb - each.idleMb,
                60,
                "MB",
              ),
            ],
      ),
      ...(single === undefined
        ? []
        : [
            atMost(
              "one toggle of 1,000 flags to one stream, p50",
              median(single.result.rounds.map(({ last }) => last)),
              10,
              "ms",
            ),
          ]),
    ],
    remarks: [
      `Client: ${push?.result.client === "Go" ? "Go: grpc-go (fanclient), and plain TCP for the limit" : "Node, raw HTTP/2 and TCP"}.`,
      "Bare node:http2 is no server, but what Node's HTTP/2 costs: no back-pressure, deadlines, pings, keys or ends of streams.",
      "Only `from the commit on` begins with the UPDATE in Postgres; all others are given the new document.",
    ],
  };
}

/** See the top of this file. */
export const fanOut = {
  letter: "a",
  title: "Fan-out: from the change to the last byte at the last stream",
  run,
};

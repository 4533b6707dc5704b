import { describe, expect, it } from "vitest";
import { trendOf } from "../../chaos/soak/flatness.ts";
import { type Sample, type SoakRecord, verdictsOf } from "../../chaos/soak/verdicts.ts";

const MB = 2 ** 20;
const crowd = { open: 1_000, opened: 5_000, messages: 100_000, endedByServer: 0, refused: 10 };

const memory = (heapMb: number, sockets = 5): SoakRecord["before"] => ({
  heapUsed: heapMb * MB,
  external: 4 * MB,
  rss: 150 * MB,
  resources: { TCPSocketWrap: sockets, timers: 5 },
});

/** Thirty samples, a minute apart, in each of which the heap is what `heapMb` says. */
const samplesOf = (heapMb: (index: number) => number): readonly Sample[] =>
  Array.from({ length: 30 }, (_, index) => ({
    seconds: index * 60,
    memory: memory(heapMb(index), 1_005),
    streams: 1_000,
    crowd,
  }));

const flat: SoakRecord = {
  wanted: 1_000,
  before: memory(20),
  samples: samplesOf((index) => 27 + (index % 3) / 4),
  after: memory(22),
  streamsAfter: 0,
};

const missed = (record: SoakRecord): readonly string[] =>
  verdictsOf(record)
    .filter(({ met }) => !met)
    .map(({ what }) => what);

describe("what a soak accuses a server of", () => {
  it("has nothing against a heap that swings, nor against one that grew while it warmed up", () => {
    expect(missed(flat)).toEqual([]);
    expect(missed({ ...flat, samples: samplesOf((index) => Math.min(27, 20 + index)) })).toEqual([]);
  });

  it("finds a heap that grows slowly: 0.2 MB a minute", () => {
    expect(missed({ ...flat, samples: samplesOf((index) => 27 + index / 5) })).toEqual([
      "growth of the heap",
    ]);
  });

  it("finds streams and sockets that stay after all have left", () => {
    expect(missed({ ...flat, streamsAfter: 1 })).toEqual(["streams after all left"]);
    expect(missed({ ...flat, after: memory(22, 30) })).toEqual(["TCPSocketWrap after all left"]);
  });

  it("finds streams that the server ended", () => {
    const last = flat.samples.at(-1);
    const broken = last === undefined ? [] : [{ ...last, crowd: { ...crowd, endedByServer: 1 } }];
    expect(missed({ ...flat, samples: [...flat.samples.slice(0, -1), ...broken] })).toEqual([
      "streams that the server ended",
    ]);
  });

  it("takes no crowd that came together for growth", () => {
    const samples = flat.samples.map((sample, index) => {
      const streams = Math.min(1_000, 500 + 20 * index);
      return { ...sample, streams, memory: memory(17 + streams / 100) };
    });
    expect(missed({ ...flat, samples })).toEqual([]);
  });

  it("finds a soak that was too short to say anything", () => {
    expect(missed({ ...flat, samples: flat.samples.slice(0, 3) })).toContain(
      "samples of the whole crowd after the warm-up",
    );
  });
});

describe("a trend", () => {
  it("is the least-squares line", () => {
    const points = [0, 1, 2, 3].map((seconds) => ({ seconds, value: 10 + 2 * seconds }));
    expect(trendOf(points)).toEqual({ slope: 2, mean: 13, growth: 6 });
  });

  it("does not grow within one moment, or without a point", () => {
    expect(trendOf([{ seconds: 1, value: 5 }]).growth).toBe(0);
    expect(trendOf([]).growth).toBe(0);
  });
});

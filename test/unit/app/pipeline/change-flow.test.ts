import { expect, it } from "vitest";
import { ChangeFlow } from "../../../../src/app/pipeline/change-flow.ts";
import type { Revision } from "../../../../src/model/revision.ts";
import type { ChangeTrace } from "../../../../src/observe/traces.ts";
import type { FollowerDetails, FollowerRecord } from "../../../../src/transports/grpc/followers.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const ENVIRONMENT = 7;
const SOMEBODY: FollowerDetails = {
  environmentId: ENVIRONMENT,
  lastFour: "…abcd",
  peer: "10.0.0.1",
  userAgent: "grpc-go",
  providerId: undefined,
  transport: "grpc",
};
const NOTHING: FollowerRecord = { writing: () => undefined, written: () => undefined, gone: () => undefined };

function revisionOf(hash: string): Revision {
  const nothing = Buffer.alloc(0);
  return {
    environmentId: ENVIRONMENT,
    projectId: 1,
    flagSetId: "shop/production",
    hash,
    version: "2026-11-23T12:00:00.000Z",
    versionMs: 0,
    document: {
      size: 100,
      bytes: () => nothing,
      frame: () => nothing,
      zippedFrame: () => nothing,
      rest: () => undefined,
    },
    bytes: nothing,
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
}

function open() {
  const clock = new ManualClock();
  const delivered: number[] = [];
  const stages: string[] = [];
  const traces: ChangeTrace[] = [];
  const lines: object[] = [];
  const flow = new ChangeFlow({
    clock,
    logger: { debug: (fields) => void lines.push(fields) },
    metrics: {
      rebuildStage: (stage, durationMs) => void stages.push(`${stage} ${durationMs}`),
      delivered: (delayMs) => void delivered.push(delayMs),
    },
    traces: { changed: (trace) => void traces.push(trace), close: () => Promise.resolve() },
  });
  const stream = () => flow.around({ opened: () => NOTHING }).opened(SOMEBODY);
  /** A change that began 30 ms ago and was heard of 10 ms ago is read, for 5 ms, and handed to the streams. */
  const publish = (
    revision: Revision,
    streams: readonly FollowerRecord[],
    before?: Revision,
    { later = false } = {},
  ): void => {
    const rebuild = flow.begin(ENVIRONMENT);
    clock.advance(5);
    rebuild.ended("read");
    for (const each of streams) each.writing(revision);
    if (!later) flow.offered(revision);
    rebuild.ended("offer");
    flow.published(revision, before);
    const account = { propagationMs: 35, latenessMs: null, causes: ["change"] };
    flow.accounted(ENVIRONMENT, account, clock.monotonicMs() - 15);
  };
  return { clock, flow, delivered, stages, traces, lines, stream, publish };
}

it("takes for each waiting stream the time until it had the change, and for no other", () => {
  const { clock, delivered, stages, stream, publish } = open();
  const [fast, slow] = [stream(), stream()];
  const [first, second] = [revisionOf("a"), revisionOf("b")];
  publish(first, [fast, slow]);
  clock.advance(2);
  fast.written();
  const late = stream();
  late.writing(first);
  late.written();
  expect(delivered).toEqual([37]);
  publish(second, [fast, late], first);
  clock.advance(3);
  fast.written();
  late.written();
  clock.advance(90);
  // The slow one took the first at last, and is handed the second.
  slow.written();
  slow.writing(second);
  slow.written();
  expect(delivered).toEqual([37, 38, 38, 135, 128]);
  expect(stages).toEqual(["read 5", "offer 0", "read 5", "offer 0"]);
});

it("traces a change from its transaction to the last stream that took it", () => {
  const { clock, traces, stream, publish } = open();
  const before = revisionOf("a");
  const streams = [stream(), stream(), stream()];
  const wall = clock.now();
  publish(revisionOf("b"), streams, before);
  clock.advance(4);
  streams[0]?.written();
  streams[1]?.written();
  expect(traces).toEqual([]);
  clock.advance(6);
  streams[2]?.gone("client");
  expect(traces).toEqual([
    {
      environmentId: ENVIRONMENT,
      flagSetId: "shop/production",
      revision: "b",
      version: "2026-11-23T12:00:00.000Z",
      bytes: 100,
      causes: ["change"],
      streams: 2,
      startMs: wall - 30,
      endMs: wall + 15,
      steps: [
        { name: "notification", startMs: wall - 30, endMs: wall - 10 },
        { name: "wait", startMs: wall - 10, endMs: wall },
        { name: "read", startMs: wall, endMs: wall + 5 },
        { name: "fan-out", startMs: wall + 5, endMs: wall + 15 },
      ],
    },
  ]);
});

it("does not take a change for delivered while streams are yet to be offered it", () => {
  const { clock, flow, traces, stream, publish } = open();
  const [first, second] = [stream(), stream()];
  const revision = revisionOf("b");
  publish(revision, [first], revisionOf("a"), { later: true });
  first.written();
  clock.advance(4);
  expect(traces).toEqual([]);
  second.writing(revision);
  flow.offered(revision);
  clock.advance(1);
  expect(traces).toEqual([]);
  second.written();
  expect(traces).toMatchObject([{ streams: 2 }]);
});

it("traces what nobody follows, and not the first document of an environment", () => {
  const { clock, traces, publish } = open();
  publish(revisionOf("a"), []);
  clock.advance(0);
  expect(traces).toEqual([]);
  publish(revisionOf("b"), [], revisionOf("a"));
  clock.advance(0);
  expect(traces.map(({ revision, streams }) => [revision, streams])).toEqual([["b", 0]]);
});

it("says at level debug who left, why and after how long", () => {
  const { clock, lines, stream } = open();
  const left = stream();
  clock.advance(1_500);
  left.gone("max_age");
  expect(lines).toEqual([
    {
      environmentId: ENVIRONMENT,
      peer: "10.0.0.1",
      userAgent: "grpc-go",
      providerId: undefined,
      transport: "grpc",
      key: "…abcd",
      reason: "max_age",
      durationMs: 1_500,
    },
  ]);
});

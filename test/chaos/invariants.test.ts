import { describe, expect, it } from "vitest";
import { violationsOf } from "../../chaos/record/invariants.ts";
import type { Recording } from "../../chaos/record/recording.ts";
import { seen, stream } from "./recordings.ts";

const LIMITS = { maxDocumentBytes: 60_000 };
const first = seen({ atMs: 1_000 });
const second = seen({ atMs: 2_000 });

const rulesBrokenBy = (...recordings: readonly Recording[]): readonly string[] =>
  violationsOf(recordings, LIMITS).map(({ rule }) => rule);

describe("what a run of chaos accuses a server of", () => {
  it("has nothing against a stream that goes forward and is cut", () => {
    const end = { atMs: 3_000, code: 14, details: "Connection dropped" };
    expect(rulesBrokenBy(stream([first, second], { end }))).toEqual([]);
  });

  it("lets another stream of the same follower begin at an older revision", () => {
    const end = { atMs: 2_500, code: 14, details: "" };
    expect(rulesBrokenBy(stream([second], { end }), stream([first], { openedAtMs: 3_000 }))).toEqual([]);
  });

  it.each([
    ["older after newer", [second, { ...first, counter: second.counter }]],
    ["older after newer", [second, seen({ atMs: 3_000, counter: 1_000 })]],
    ["one version, two contents", [first, { ...first, hash: "another" }]],
    ["sent again", [first, first]],
    ["no flags", [first, seen({ atMs: 2_000, flags: 0, missing: ["dark_theme"] })]],
    ["flags vanished", [first, seen({ atMs: 2_000, missing: ["dark_theme"] })]],
    ["half a change", [first, seen({ atMs: 2_000, forbidden: ["an override with the value never-shown"] })]],
    ["too large", [first, seen({ atMs: 2_000, bytes: 60_001 })]],
  ])("finds: %s", (rule, messages) => {
    expect(rulesBrokenBy(stream(messages))).toEqual([rule]);
  });

  it.each([
    ["ended with OK", "stream", 0],
    ["good key refused", "stream", 16],
    ["good key refused", "stream", 7],
    ["good key refused", "stream", 5],
    ["good key refused", "poll", 401],
    ["server failed", "poll", 500],
  ] as const)("finds: %s (%s, status %i)", (rule, kind, code) => {
    const end = { atMs: 2_000, code, details: "" };
    expect(rulesBrokenBy(stream([first], { kind, end }))).toEqual([rule]);
  });

  it("lets a poller meet a server that is away or not ready, and get the same twice", () => {
    const ends = [0, 412, 503].map((code) => ({ atMs: 2_000, code, details: "" }));
    const polls = ends.map((end) => stream([first, first], { kind: "poll", end }));
    expect(rulesBrokenBy(...polls)).toEqual([]);
  });

  it("tells each kind of finding of a follower once, and of every follower", () => {
    const twice = [seen({ atMs: 1_000, flags: 0 }), seen({ atMs: 2_000, flags: 0 })];
    const found = violationsOf([stream(twice), stream(twice, { follower: "b" })], LIMITS);
    expect(found.map(({ follower }) => follower)).toEqual(["a development stream 1", "b"]);
  });
});

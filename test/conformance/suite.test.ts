/** Every check can fail: a server that breaks one requirement fails that one, and nothing else but what is said here. */
import { beforeAll, describe, expect, it } from "vitest";
import { PROFILES, type Profile } from "../../src/conformance/levels.ts";
import { REQUIREMENTS } from "../../src/conformance/requirements.ts";
import type { Result } from "../../src/conformance/suite.ts";
import { type CheckWish, checkServer } from "./check-server.ts";

const failuresOf = (results: readonly Result[]): Record<string, string> =>
  Object.fromEntries(
    results.flatMap(({ requirement, outcome, detail }) =>
      outcome === "failed" ? [[requirement.id, detail]] : [],
    ),
  );

/** What else breaks with a requirement, because it cannot be broken alone. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  // The documents of plain streams are not the one of the first stream, which accepts gzip.
  "SYNC-005": ["CALL-005"],
  // The end that comes with OK is the end of a drain.
  "SYNC-006": ["DRAIN-001"],
};

/** Where a fault needs other times, or fewer requirements, than the rest. */
const WISHES: Readonly<Record<string, CheckWish>> = {
  // The server ends streams after half of that; the other checks are done by then, on a busy machine too.
  "SYNC-003": { timing: { idleMs: 5_000 } },
  // Documents of 4 MiB on some sixty streams at once take seconds.
  "DOC-005": { only: ["SYNC-001", "DOC"] },
  "DRAIN-004": { timing: { drainWithinMs: 500 } },
};

/** Each run waits more than it works, and all work in this process. */
const AT_ONCE = 6;
/** What comes too late or not at all is waited for: these runs begin first. */
const SLOW = ["SYNC-001", "SYNC-003", "CHG-001", "CHG-004", "HTTP-008", "DRAIN-002"];

const wishOf = (id: string, only: readonly Profile[] | undefined): CheckWish => ({
  fault: id,
  profile: only?.[0] ?? "any",
  ...WISHES[id],
});
const wishes: readonly (readonly [string, CheckWish])[] = [
  ...REQUIREMENTS.map(({ id, only }) => [id, wishOf(id, only)] as const).sort(
    ([left], [right]) => Number(SLOW.includes(right)) - Number(SLOW.includes(left)),
  ),
  ...PROFILES.map((profile) => [`healthy ${profile}`, { profile }] as const),
];
const seen = new Map<string, Result[]>();

beforeAll(async () => {
  const left = wishes[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const [name, wish] of left) seen.set(name, await checkServer(wish));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

const resultsOf = (name: string): readonly Result[] => seen.get(name) ?? [];

describe.each(PROFILES)("a server that keeps all requirements of the profile %s", (profile) => {
  it("passes", () => {
    const results = resultsOf(`healthy ${profile}`);
    expect(failuresOf(results)).toEqual({});
    expect(results.length).toBeGreaterThan(60);
    const skipped = results.filter(({ outcome }) => outcome === "skipped");
    expect(skipped.map(({ requirement, detail }) => `${requirement.id}: ${detail}`)).toEqual([]);
  });
});

describe("a server that breaks one requirement", () => {
  it.each(REQUIREMENTS.map(({ id }) => id))("fails %s", (id) => {
    const failures = failuresOf(resultsOf(id));
    expect(Object.keys(failures).sort(), JSON.stringify(failures)).toEqual(
      [id, ...(COMPANIONS[id] ?? [])].sort(),
    );
  });
});

import { describe, expect, it } from "vitest";
import { KeyRing } from "../../../src/access/key-ring.ts";
import type { DirectoryEntry, Obstacle, RequestCredentials } from "../../../src/model/access.ts";
import { sha256Hex } from "../../../src/support/secrets.ts";

const KEY = "ser.aaaaaaaaaaaaaaaaaaaaaa";
const CLIENT_KEY = "bbbbbbbbbbbbbbbbbbbbbb";
const NOTHING: RequestCredentials = {
  environmentKeyHeader: undefined,
  authorizationHeader: undefined,
  selectorHeader: undefined,
  selectorField: undefined,
  providerId: undefined,
};

function entry(changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return {
    environmentId: 1,
    projectId: 1,
    organisationId: 1,
    flagSetId: "Shop/Development",
    clientKeyHash: sha256Hex(CLIENT_KEY),
    keys: [{ keyHash: sha256Hex(KEY), lastFour: "…aaaa", active: true, expiresAtMs: null }],
    obstacle: null,
    creating: false,
    ...changes,
  };
}

function ringOf(entries: readonly DirectoryEntry[], nowMs = 1_000): KeyRing {
  const ring = new KeyRing(() => nowMs);
  ring.load(entries);
  return ring;
}

const reasonOf = (ring: KeyRing, credentials: Partial<RequestCredentials>): string => {
  const decision = ring.authorize({ ...NOTHING, ...credentials });
  if (decision instanceof Promise) throw new Error("an environment key is decided on at once");
  if (!decision.granted) return decision.reason;
  return "environmentId" in decision
    ? `environment ${decision.environmentId}`
    : `organisation ${decision.organisationId}`;
};

describe("KeyRing: ways of carrying the key", () => {
  const ring = ringOf([entry()]);
  const cases: [string, Partial<RequestCredentials>, string][] = [
    ["x-environment-key", { environmentKeyHeader: KEY }, "environment 1"],
    ["authorization, bearer", { authorizationHeader: `Bearer ${KEY}` }, "environment 1"],
    ["authorization, lower-case scheme", { authorizationHeader: `bearer   ${KEY}` }, "environment 1"],
    ["authorization, raw", { authorizationHeader: KEY }, "environment 1"],
    ["selector header", { selectorHeader: KEY }, "environment 1"],
    ["selector field", { selectorField: KEY }, "environment 1"],
    ["provider id", { providerId: KEY }, "environment 1"],
    ["nothing", {}, "missing_key"],
    ["a provider id that is none", { providerId: "flagd-01" }, "missing_key"],
    ["an empty selector header hides the field", { selectorHeader: "", selectorField: KEY }, "missing_key"],
    [
      "the first one present wins",
      { environmentKeyHeader: "ser.wrong", authorizationHeader: KEY },
      "unknown_key",
    ],
    ["another scheme", { authorizationHeader: `Token ${KEY}` }, "unknown_key"],
    ["a client-side key", { environmentKeyHeader: CLIENT_KEY }, "client_side_key"],
    ["a client-side key as selector", { selectorField: CLIENT_KEY }, "client_side_key"],
  ];
  it.each(cases)("%s", (_, credentials, expected) => {
    expect(reasonOf(ring, credentials)).toBe(expected);
  });
});

describe("KeyRing: selectors beside a key", () => {
  const ring = ringOf([entry()]);
  const cases: [string, string][] = [
    ["", "environment 1"],
    ["flagSetId=Shop/Development", "environment 1"],
    ["source=Shop/Development", "environment 1"],
    ["Shop/Development", "environment 1"],
    ["*", "environment 1"],
    ["flagSetId=Shop/Production", "wrong_flag_set"],
    ["flagSetId=", "wrong_flag_set"],
    ["flagSetId=Shop/Development,source=x", "wrong_flag_set"],
    ["other", "wrong_flag_set"],
    ["foo=bar", "malformed_selector"],
    ["=x", "malformed_selector"],
  ];
  it.each(cases)("%j", (selector, expected) => {
    expect(reasonOf(ring, { environmentKeyHeader: KEY, selectorHeader: selector })).toBe(expected);
    expect(reasonOf(ring, { environmentKeyHeader: KEY, selectorField: selector })).toBe(expected);
  });
  it("prefers the header, even when it is empty", () => {
    const credentials = { environmentKeyHeader: KEY, selectorHeader: "", selectorField: "flagSetId=other" };
    expect(reasonOf(ring, credentials)).toBe("environment 1");
  });
});

describe("KeyRing: the state of keys and environments", () => {
  const withKey = (change: object): DirectoryEntry =>
    entry({
      keys: [{ keyHash: sha256Hex(KEY), lastFour: "…aaaa", active: true, expiresAtMs: null, ...change }],
    });

  it("refuses inactive and expired keys like unknown ones", () => {
    expect(reasonOf(ringOf([withKey({ active: false })]), { environmentKeyHeader: KEY })).toBe("unknown_key");
    expect(reasonOf(ringOf([withKey({ expiresAtMs: 1_000 })]), { environmentKeyHeader: KEY })).toBe(
      "unknown_key",
    );
    expect(reasonOf(ringOf([withKey({ expiresAtMs: 1_001 })]), { environmentKeyHeader: KEY })).toBe(
      "environment 1",
    );
  });

  it("refuses a key that does not begin with ser.", () => {
    const odd = "xyz.aaaaaaaaaaaaaaaaaaaaaa";
    const ring = ringOf([
      entry({ keys: [{ keyHash: sha256Hex(odd), lastFour: "", active: true, expiresAtMs: null }] }),
    ]);
    expect(reasonOf(ring, { environmentKeyHeader: odd })).toBe("unknown_key");
  });

  it.each(["organisation_stopped", "project_not_enabled", "edge_project"] satisfies Obstacle[])(
    "refuses for %s",
    (obstacle) => {
      const ring = ringOf([entry({ obstacle })]);
      expect(reasonOf(ring, { environmentKeyHeader: KEY })).toBe(obstacle);
      expect(ring.review({ environmentId: 1, keyHash: sha256Hex(KEY) })?.reason).toBe(obstacle);
    },
  );

  it("refuses unknown, inactive and expired keys in the same words", () => {
    const inactive = ringOf([withKey({ active: false })]);
    const expired = ringOf([withKey({ expiresAtMs: 1_000 })]);
    const answers = [ringOf([]), inactive, expired].map((ring) =>
      JSON.stringify(ring.authorize({ ...NOTHING, environmentKeyHeader: KEY })),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it("never repeats a key in a refusal", () => {
    for (const key of ["ser.unknownunknownunknown", CLIENT_KEY]) {
      expect(
        JSON.stringify(ringOf([entry()]).authorize({ ...NOTHING, environmentKeyHeader: key })),
      ).not.toContain(key);
    }
  });

  it("reviews grants: good, deleted, moved", () => {
    const ring = ringOf([entry()]);
    const grant = { environmentId: 1, keyHash: sha256Hex(KEY) };
    expect(ring.review(grant)).toBeUndefined();
    expect(ring.review({ ...grant, environmentId: 2 })?.reason).toBe("unknown_key");
    ring.load([]);
    expect(ring.review(grant)?.reason).toBe("unknown_key");
  });

  it("knows when the next active key expires", () => {
    const keys = [
      { keyHash: "a", lastFour: "", active: true, expiresAtMs: 5_000 },
      { keyHash: "b", lastFour: "", active: false, expiresAtMs: 2_000 },
      { keyHash: "c", lastFour: "", active: true, expiresAtMs: 3_000 },
      { keyHash: "d", lastFour: "", active: true, expiresAtMs: 500 },
    ];
    expect(ringOf([entry({ keys })]).nextExpiryMs()).toBe(3_000);
    expect(ringOf([entry()]).nextExpiryMs()).toBeNull();
  });
});

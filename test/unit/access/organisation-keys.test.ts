import { describe, expect, it } from "vitest";
import { KeyRing } from "../../../src/access/key-ring.ts";
import type { DirectoryEntry, MasterKeyRecord, RequestCredentials } from "../../../src/model/access.ts";
import { newMasterKey } from "../../support/master-key.ts";

const MASTER = newMasterKey();
const NOTHING: RequestCredentials = {
  environmentKeyHeader: undefined,
  authorizationHeader: undefined,
  selectorHeader: undefined,
  selectorField: undefined,
  providerId: undefined,
};

const record = (changes: Partial<MasterKeyRecord> = {}): MasterKeyRecord => ({
  prefix: MASTER.prefix,
  hashedKey: MASTER.hashedKey,
  organisationId: 7,
  organisationStopped: false,
  isAdmin: true,
  expiresAtMs: null,
  ...changes,
});

const environment = (environmentId: number, changes: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  environmentId,
  projectId: 1,
  organisationId: 7,
  flagSetId: `Shop/${environmentId}`,
  clientKeyHash: `client-${environmentId}`,
  keys: [],
  obstacle: null,
  creating: false,
  ...changes,
});

const ENVIRONMENTS = [
  environment(1),
  environment(2, { obstacle: "project_not_enabled" }),
  environment(3, { organisationId: 8 }),
  environment(4, { flagSetId: "Shop/twice" }),
  environment(5, { flagSetId: "Shop/twice" }),
  environment(6, { flagSetId: "Shop/once" }),
  environment(7, { flagSetId: "Shop/once", obstacle: "project_not_enabled" }),
];

function ringOf(keys: readonly MasterKeyRecord[], nowMs = 1_000): KeyRing {
  const ring = new KeyRing(() => nowMs);
  ring.load(ENVIRONMENTS, keys);
  return ring;
}

async function decide(ring: KeyRing, credentials: Partial<RequestCredentials>): Promise<string> {
  const decision = await ring.authorize({ ...NOTHING, ...credentials });
  if (!decision.granted) return decision.reason;
  return "environmentId" in decision
    ? `environment ${decision.environmentId}`
    : `organisation ${decision.organisationId}`;
}

describe("a master API key", () => {
  it.each<[string, Partial<RequestCredentials>]>([
    ["Api-Key", { authorizationHeader: `Api-Key ${MASTER.key}` }],
    ["api-key, lower case", { authorizationHeader: `api-key  ${MASTER.key}` }],
    ["Bearer", { authorizationHeader: `Bearer ${MASTER.key}` }],
    ["raw", { authorizationHeader: MASTER.key }],
    ["x-environment-key", { environmentKeyHeader: MASTER.key }],
  ])("comes as %s", async (_, credentials) => {
    expect(await decide(ringOf([record()]), credentials)).toBe("organisation 7");
  });

  it.each([
    ["", "organisation 7"],
    ["*", "organisation 7"],
    ["flagSetId=*", "organisation 7"],
    ["flagSetId=Shop/1", "environment 1"],
    ["source=Shop/1", "environment 1"],
    ["Shop/1", "environment 1"],
    ["flagSetId=Shop/2", "project_not_enabled"],
    ["flagSetId=Shop/3", "wrong_flag_set"],
    ["flagSetId=Shop/none", "wrong_flag_set"],
    ["flagSetId=", "wrong_flag_set"],
    ["flagSetId=Shop/twice", "ambiguous_flag_set"],
    ["flagSetId=Shop/once", "environment 6"],
    ["foo=bar", "malformed_selector"],
  ])("with selector %j: %s", async (selector, expected) => {
    const ring = ringOf([record()]);
    const authorizationHeader = `Api-Key ${MASTER.key}`;
    expect(await decide(ring, { authorizationHeader, selectorHeader: selector })).toBe(expected);
    expect(await decide(ring, { authorizationHeader, selectorField: selector })).toBe(expected);
  });

  it("is told which environments share the flag set id", async () => {
    const credentials = { ...NOTHING, authorizationHeader: MASTER.key, selectorField: "Shop/twice" };
    expect(await ringOf([record()]).authorize(credentials)).toMatchObject({
      message: expect.stringContaining("environment ids 4, 5"),
    });
  });

  it("is decided on at once when it was seen before, right or wrong", async () => {
    const ring = ringOf([record()]);
    for (const key of [MASTER.key, `${MASTER.prefix}.wrong`]) {
      const credentials = { ...NOTHING, authorizationHeader: key };
      const first = ring.authorize(credentials);
      expect(first).toBeInstanceOf(Promise);
      expect(ring.authorize(credentials)).toBeInstanceOf(Promise);
      const decision = await first;
      expect(ring.authorize(credentials)).toEqual(decision);
    }
  });

  it("of no known prefix, or expired, costs no verification", () => {
    const credentials = { ...NOTHING, authorizationHeader: MASTER.key };
    const refused = { granted: false, reason: "unknown_key" };
    expect(ringOf([]).authorize(credentials)).toMatchObject(refused);
    expect(ringOf([record({ expiresAtMs: 1_000 })]).authorize(credentials)).toMatchObject(refused);
    expect(ringOf([record({ expiresAtMs: 1_001 })]).authorize(credentials)).toBeInstanceOf(Promise);
  });

  it.each([
    ["not_an_admin_key", { isAdmin: false }],
    ["organisation_stopped", { organisationStopped: true }],
  ])("is refused for %s, but only if its text is right", async (reason, changes) => {
    const ring = ringOf([record(changes)]);
    expect(await decide(ring, { authorizationHeader: MASTER.key })).toBe(reason);
    expect(await decide(ring, { authorizationHeader: `${MASTER.prefix}.wrong` })).toBe("unknown_key");
    const grant = { keyHash: MASTER.hashedKey, organisationId: 7 };
    expect(ring.review(grant)?.reason).toBe(reason);
  });

  it.each([
    ["revoked", []],
    ["replaced by another", [record({ hashedKey: "another" })]],
  ])("that was %s while it was verified is refused", async (_, keys) => {
    const ring = ringOf([record()]);
    const decided = decide(ring, { authorizationHeader: MASTER.key });
    ring.load(ENVIRONMENTS, keys);
    expect(await decided).toBe("unknown_key");
  });

  it("is refused as busy while too many wait", async () => {
    const ring = ringOf([record()]);
    const keys = Array.from({ length: 40 }, (_, index) => `${MASTER.prefix}.wrong-${index}`);
    const reasons = await Promise.all(keys.map((key) => decide(ring, { authorizationHeader: key })));
    expect(new Set(reasons)).toEqual(new Set(["unknown_key", "busy"]));
  });

  it("is reviewed: good, gone, moved, and the environment that it opened", () => {
    const ring = ringOf([record()]);
    const { hashedKey: keyHash } = MASTER;
    expect(ring.review({ keyHash, organisationId: 7 })).toBeUndefined();
    expect(ring.review({ keyHash, organisationId: 8 })?.reason).toBe("unknown_key");
    expect(ring.review({ keyHash, environmentId: 1 })).toBeUndefined();
    expect(ring.review({ keyHash, environmentId: 2 })?.reason).toBe("project_not_enabled");
    expect(ring.review({ keyHash, environmentId: 3 })?.reason).toBe("wrong_flag_set");
    expect(ring.review({ keyHash, environmentId: 99 })?.reason).toBe("wrong_flag_set");
    ring.load(ENVIRONMENTS, [record({ hashedKey: "another" })]);
    expect(ring.review({ keyHash, organisationId: 7 })?.reason).toBe("unknown_key");
  });

  it("expires like an environment key", () => {
    expect(ringOf([record({ expiresAtMs: 5_000 })]).nextExpiryMs()).toBe(5_000);
    const ring = ringOf([record({ expiresAtMs: 500 })]);
    expect(ring.nextExpiryMs()).toBeNull();
    expect(ring.review({ keyHash: MASTER.hashedKey, organisationId: 7 })?.reason).toBe("unknown_key");
  });
});

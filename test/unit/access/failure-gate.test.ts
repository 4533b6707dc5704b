import { describe, expect, it } from "vitest";
import { FailureGate } from "../../../src/access/failure-gate.ts";
import type { AccessDecision, RefusalReason } from "../../../src/model/access.ts";

const refused = (reason: RefusalReason): AccessDecision => ({ granted: false, reason, message: reason });

function gateOf(limits: { burst?: number; perMinute?: number } = {}) {
  const time = { nowMs: 0 };
  const slowed: string[] = [];
  const gate = new FailureGate({
    burst: 2,
    perMinute: 6,
    ...limits,
    nowMs: () => time.nowMs,
    onSlowed: (reason) => void slowed.push(reason),
  });
  const reasonOf = (reason: RefusalReason, address = "a"): string => {
    const decision = gate.judged(address, refused(reason));
    return decision.granted ? "granted" : decision.reason;
  };
  const identify = (outcome: "known" | "unknown" | "undecided", credentials = outcome, address = "a") =>
    gate.identify(address, credentials, () => Promise.resolve({ outcome, answer: outcome }));
  return { gate, time, slowed, reasonOf, identify };
}

describe("who fails is slowed", () => {
  it("after the burst, until it is forgiven", () => {
    const { time, slowed, reasonOf } = gateOf();
    const seen = [reasonOf("unknown_key"), reasonOf("missing_key"), reasonOf("client_side_key")];
    expect(seen).toEqual(["unknown_key", "missing_key", "too_many_failures"]);
    expect(slowed).toEqual(["client_side_key"]);
    time.nowMs = 10_000;
    expect([reasonOf("unknown_key"), reasonOf("unknown_key")]).toEqual(["unknown_key", "too_many_failures"]);
  });

  it("with the whole seconds to wait", () => {
    const { gate, time, reasonOf } = gateOf();
    for (let times = 0; times < 2; times += 1) reasonOf("unknown_key");
    time.nowMs = 100;
    expect(gate.refusal("a")).toMatchObject({ retryAfterSeconds: 10 });
    expect(gate.refusal("b")).toBeUndefined();
  });

  it("not if they are known: a grant, another flag set, a project that is not enabled", () => {
    const { gate, reasonOf } = gateOf();
    const granted = { granted: true, environmentId: 1, keyHash: "", lastFour: "" } as const;
    for (let times = 0; times < 9; times += 1) {
      expect([reasonOf("wrong_flag_set"), reasonOf("project_not_enabled")]).not.toContain(
        "too_many_failures",
      );
      expect(gate.judged("a", granted)).toBe(granted);
    }
    for (let times = 0; times < 9; times += 1) reasonOf("unknown_key");
    expect(gate.judged("a", granted)).toBe(granted);
  });

  it("never, if it is switched off", () => {
    const { reasonOf } = gateOf({ perMinute: 0 });
    for (let times = 0; times < 99; times += 1) expect(reasonOf("unknown_key")).toBe("unknown_key");
  });
});

describe("work that costs", () => {
  it("is not begun while an address waits, unless the credentials were good before", async () => {
    const { identify, slowed } = gateOf();
    expect(await identify("known")).toBe("known");
    await Promise.all([identify("unknown", "unknown"), identify("unknown", "unknown")]);
    expect(await identify("unknown")).toMatchObject({ reason: "too_many_failures" });
    expect(slowed).toEqual(["unverified"]);
    expect(await identify("known")).toBe("known");
    expect(await identify("unknown", "unknown", "b")).toBe("unknown");
  });

  it("counts from its start: many at the same time get no further than many in a row", async () => {
    const { identify } = gateOf();
    const answers = await Promise.all(Array.from({ length: 9 }, () => identify("unknown")));
    expect(answers.filter((answer) => answer === "unknown")).toHaveLength(2);
  });

  it("counts for nothing if it tells nothing, or fails", async () => {
    const { gate, identify } = gateOf();
    for (let times = 0; times < 9; times += 1) {
      expect(await identify("undecided")).toBe("undecided");
      await expect(gate.identify("a", "x", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    }
  });

  it("forgets credentials that are good no more", async () => {
    const { gate, identify } = gateOf();
    await identify("known");
    await gate.identify("a", "known", () => Promise.resolve({ outcome: "unknown", answer: "revoked" }));
    await identify("unknown");
    expect(await identify("known")).toMatchObject({ reason: "too_many_failures" });
  });
});

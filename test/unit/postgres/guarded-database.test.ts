import { describe, expect, it } from "vitest";
import type { ConnectionPool } from "../../../src/postgres/connection/database.ts";
import { GuardedDatabase } from "../../../src/postgres/connection/guarded-database.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const REFUSED = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const WRONG = Object.assign(new Error("syntax error"), { code: "42601" });

/** A pool of which the test says what it answers. */
class ScriptedPool implements ConnectionPool {
  failure: Error | undefined;
  asked = 0;
  renewed: (string | undefined)[] = [];
  async query(): Promise<readonly unknown[]> {
    this.asked += 1;
    if (this.failure !== undefined) throw this.failure;
    return [];
  }
  async execute(): Promise<void> {
    await this.query();
  }
  async readSnapshot<Result>(): Promise<Result> {
    await this.query();
    return undefined as Result;
  }
  async write<Result>(): Promise<Result> {
    return await this.readSnapshot();
  }
  renew(now?: "now"): void {
    this.renewed.push(now);
  }
  async close(): Promise<void> {}
}

const turn = (): Promise<void> => new Promise(setImmediate);

function guard(): { pool: ScriptedPool; clock: ManualClock; seen: string[]; database: GuardedDatabase } {
  const pool = new ScriptedPool();
  const clock = new ManualClock();
  const seen: string[] = [];
  const events = { onAway: () => void seen.push("away"), onBack: () => void seen.push("back") };
  // the longest delays that chance can bring
  const database = new GuardedDatabase({ pool, clock, random: () => 1, events });
  return { pool, clock, seen, database };
}

describe("a guarded database", () => {
  it("asks again at most half a second later, alone, and tells once", async () => {
    const { pool, clock, seen, database } = guard();
    pool.failure = REFUSED;
    await expect(database.query("SELECT")).rejects.toBe(REFUSED);
    await turn();
    expect(seen).toEqual(["away"]);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = pool.asked;
      await expect(database.readSnapshot(async () => undefined)).rejects.toBe(REFUSED);
      expect(pool.asked).toBe(before);
      expect(clock.pending).toBe(1);
      expect(clock.delays[0]).toBeLessThanOrEqual(500);
      clock.advance(500);
      await turn();
      expect(pool.asked).toBe(before + 1);
    }
    expect(seen).toEqual(["away"]);
    pool.failure = undefined;
    clock.advance(500);
    await turn();
    expect(seen).toEqual(["away", "back"]);
    await database.query("SELECT");
  });

  it("cuts what is still open when it is away, and uses new connections after a single failure", async () => {
    const { pool, seen, database } = guard();
    pool.failure = REFUSED;
    const failing = database.query("SELECT");
    pool.failure = undefined;
    await expect(failing).rejects.toBe(REFUSED);
    await turn();
    expect([pool.renewed, seen]).toEqual([[undefined], ["back"]]);
    pool.failure = REFUSED;
    await expect(database.query("SELECT")).rejects.toBe(REFUSED);
    await turn();
    expect(pool.renewed).toEqual([undefined, undefined, "now"]);
  });

  it("does not wait for its time when somebody has reached the database", async () => {
    const { pool, clock, seen, database } = guard();
    pool.failure = REFUSED;
    database.suspect(REFUSED);
    await turn();
    pool.failure = undefined;
    database.askNow();
    await turn();
    expect(seen).toEqual(["away", "back"]);
    expect(clock.pending).toBe(0);
  });

  it("takes no statement's failure for a lost connection", async () => {
    const { pool, seen, database } = guard();
    pool.failure = WRONG;
    await expect(database.query("SELECT")).rejects.toBe(WRONG);
    await expect(database.query("SELECT")).rejects.toBe(WRONG);
    expect([pool.asked, seen]).toEqual([2, []]);
  });
});

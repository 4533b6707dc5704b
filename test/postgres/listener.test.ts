import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Listener } from "../../src/postgres/listening/listener.ts";
import { eventually } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../support/tcp-proxy.ts";

describe("a listener", () => {
  let test: TestDatabase;
  let proxy: TcpProxy;
  let clock: ManualClock;
  let listener: Listener;
  let seen: string[];
  beforeEach(async () => {
    test = await createTestDatabase({ template: "empty" });
    proxy = await startTcpProxy({ target: targetOf(test.url) });
    clock = new ManualClock();
    seen = [];
    listener = new Listener({
      connectionString: throughProxy(test.url, proxy),
      clock,
      // the longest delays that chance can bring
      random: () => 1,
      probeIntervalMs: 2_000,
      reader: test.database,
      events: {
        onNotice: ({ kind }) => void seen.push(kind),
        onListening: () => void seen.push("listening"),
        onLost: () => void seen.push("lost"),
        onHearing: (hears) => void seen.push(hears ? "hears" : "deaf"),
      },
    });
  });
  afterEach(async () => {
    await listener.close();
    await proxy.close();
    await test.drop();
  });
  const untilSeen = (what: string): Promise<true> =>
    eventually(() => (seen.includes(what) ? true : undefined));

  it("tries again at most half a second later, and tells of the loss once", async () => {
    await listener.start();
    proxy.refuse();
    proxy.cut();
    await untilSeen("lost");
    for (let attempt = 0; attempt < 15; attempt += 1) {
      const before = proxy.accepted;
      const delayMs = await eventually(() => clock.delays[0]);
      expect(delayMs).toBeLessThanOrEqual(500);
      clock.advance(delayMs);
      await eventually(() => (proxy.accepted > before ? true : undefined));
    }
    proxy.accept();
    seen = [];
    clock.advance(await eventually(() => clock.delays[0]));
    await untilSeen("listening");
    expect(seen).toEqual(["listening"]);
  });

  it("tests its hearing on every connection, and again a minute later", async () => {
    await listener.start();
    clock.advance(0);
    await untilSeen("hears");
    seen = [];
    for (let passedMs = 0; passedMs < 62_000; passedMs += 2_000) {
      clock.advance(await eventually(() => clock.delays.find((delayMs) => delayMs <= 2_000)));
    }
    await untilSeen("hears");
  });

  it("is deaf where its word is sent to another database, and says so within three seconds", async () => {
    const other = await createTestDatabase({ template: "empty" });
    let sent = false;
    try {
      await listener.close();
      const deaf = new Listener({
        connectionString: test.url,
        clock,
        random: () => 1,
        probeIntervalMs: 2_000,
        reader: {
          ...other.database,
          async query(text, values) {
            const rows = await other.database.query(text, values);
            sent = true;
            return rows;
          },
        },
        events: {
          onNotice: () => undefined,
          onListening: () => undefined,
          onLost: () => undefined,
          onHearing: (hears) => void seen.push(hears ? "hears" : "deaf"),
        },
      });
      await deaf.start();
      clock.advance(0);
      await eventually(() => (sent ? true : undefined));
      clock.advance(3_000);
      await untilSeen("deaf");
      await deaf.close();
    } finally {
      await other.drop();
    }
  });
});

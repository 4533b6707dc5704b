import { describe, expect, it } from "vitest";
import type { StatusReport } from "../../../../src/model/status.ts";
import { EventStreams } from "../../../../src/transports/management/status/event-streams.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const MOMENT = "2026-01-01T00:00:00.000Z";

function reportOf(version: string): StatusReport {
  return {
    generatedAt: MOMENT,
    databaseTime: MOMENT,
    server: { version, startedAt: MOMENT, processes: 1, ready: true, waitingFor: [], stale: null },
    totals: { environments: 0, followers: 0, current: 0, behind: 0, changes: 0, scheduled: 0 },
    environments: [],
    followers: [],
    changes: [],
    schedule: [],
  };
}

/** A response whose client takes what is written only while `takes` is true. */
class Client {
  readonly written: string[] = [];
  readonly listeners = new Map<string, () => void>();
  takes = true;
  destroyed = false;
  statusCode = 0;
  setHeader(): void {}
  write(text: string): boolean {
    this.written.push(text);
    return this.takes;
  }
  end(): void {}
  destroy(): void {
    this.destroyed = true;
    this.listeners.get("close")?.();
  }
  on(event: string, listener: () => void): void {
    this.listeners.set(event, listener);
  }
  versions(): string[] {
    return this.written.flatMap((text) => /"version":"(\w+)"/.exec(text)?.[1] ?? []);
  }
}

function eventStreams() {
  const clock = new ManualClock();
  let version = "v1";
  let asked = 0;
  let listeners = 0;
  let listener = (): void => undefined;
  const source = {
    report: () => {
      asked += 1;
      return reportOf(version);
    },
    onChange: (given: () => void) => {
      listener = given;
      listeners += 1;
      return () => {
        listeners -= 1;
      };
    },
  };
  const streams = new EventStreams({ source, clock, log: { warn: () => undefined } });
  /** Turns the clock in steps, with a turn of the event loop after each, as the work is asynchronous. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      await new Promise(setImmediate);
    }
  };
  const open = (): Client => {
    const client = new Client();
    expect(streams.open(client)).toBeUndefined();
    return client;
  };
  const change = (to: string): void => {
    version = to;
    listener();
  };
  return { clock, streams, pass, open, change, asked: () => asked, listeners: () => listeners };
}

describe("EventStreams", () => {
  it("tells what there is at once, then only what changed", async () => {
    const { pass, open, change } = eventStreams();
    const client = open();
    await pass(10_000);
    expect(client.versions()).toEqual(["v1"]);
    change("v2");
    change("v3");
    await pass(250);
    expect(client.versions()).toEqual(["v1", "v3"]);
  });

  it("gives a sign of life when nothing changes", async () => {
    const { pass, open } = eventStreams();
    const client = open();
    await pass(62_000);
    expect(client.written.filter((text) => text.startsWith("event: heartbeat\ndata: "))).toHaveLength(11);
  });

  it("keeps nothing for a client that is slow: it is told the newest when it takes again, and is cut after 30 s", async () => {
    const { pass, open, change } = eventStreams();
    const slow = open();
    const quick = open();
    await pass(250);
    slow.takes = false;
    for (const version of ["v2", "v3", "v4"]) {
      change(version);
      await pass(250);
    }
    expect([slow.versions(), quick.versions()]).toEqual([
      ["v1", "v2"],
      ["v1", "v2", "v3", "v4"],
    ]);
    slow.takes = true;
    slow.listeners.get("drain")?.();
    expect(slow.versions()).toEqual(["v1", "v2", "v4"]);
    slow.takes = false;
    change("v5");
    await pass(29_000);
    expect(slow.destroyed).toBe(false);
    await pass(2_000);
    expect([slow.destroyed, quick.destroyed]).toEqual([true, false]);
  });

  it("reckons nothing while nobody looks, and leaves no timer", async () => {
    const { clock, pass, open, asked, listeners } = eventStreams();
    const client = open();
    await pass(250);
    expect(listeners()).toBe(1);
    client.listeners.get("close")?.();
    await pass(1_000);
    const before = asked();
    await pass(60_000);
    expect([asked(), listeners(), clock.delays]).toEqual([before, 0, []]);
  });

  it("takes 32 clients and no more", async () => {
    const { streams, open } = eventStreams();
    const clients = Array.from({ length: 32 }, open);
    expect(streams.open(new Client())?.status).toBe(503);
    clients[0]?.listeners.get("close")?.();
    open();
  });
});

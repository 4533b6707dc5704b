import { describe, expect, it } from "vitest";
import { RefreshQueue, type RefreshReason } from "../../../src/snapshot/refresh-queue.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** Work that ends when the test says so. */
function setUp(concurrency = 2) {
  const clock = new ManualClock();
  const started: [string, RefreshReason[]][] = [];
  const endings = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const failures: string[] = [];
  const queue = new RefreshQueue<string>({
    clock,
    random: () => 0,
    concurrency,
    work: (id, reasons) => {
      started.push([id, [...reasons]]);
      return new Promise((resolve, reject) => endings.set(id, { resolve, reject }));
    },
    onFailure: ({ id, attempt }) => failures.push(`${id} ${attempt}`),
  });
  const end = async (id: string, error?: Error): Promise<void> => {
    if (error) endings.get(id)?.reject(error);
    else endings.get(id)?.resolve();
    await new Promise(setImmediate);
  };
  return { clock, started, failures, queue, end, ids: () => started.map(([id]) => id) };
}

describe("RefreshQueue", () => {
  it("does one piece of work per id at a time, and once more if asked meanwhile", async () => {
    const { queue, end, ids } = setUp();
    queue.request("a", "change");
    queue.request("a", "change");
    queue.request("a", "schedule");
    expect(ids()).toEqual(["a"]);
    await end("a");
    expect(ids()).toEqual(["a", "a"]);
    await end("a");
    expect(ids()).toEqual(["a", "a"]);
    await queue.idle();
  });

  it("gathers the reasons of work that waits", async () => {
    const { queue, end, started } = setUp(1);
    queue.request("a", "change");
    queue.request("b", "reconcile");
    queue.request("b", "change");
    await end("a");
    expect(started[1]).toEqual(["b", ["reconcile", "change"]]);
    await end("b");
  });

  it("lets asked-for work pass checks, and keeps a place free for it", async () => {
    const { queue, end, ids } = setUp(2);
    queue.request("check 1", "reconcile");
    queue.request("check 2", "reconcile");
    expect(ids()).toEqual(["check 1"]);
    queue.request("urgent", "change");
    expect(ids()).toEqual(["check 1", "urgent"]);
    await end("check 1");
    await end("urgent");
    expect(ids()).toEqual(["check 1", "urgent", "check 2"]);
    await end("check 2");
    await queue.idle();
  });

  it("tries failed work again, later each time, with its reasons", async () => {
    const { clock, queue, end, started, failures } = setUp();
    queue.request("a", "schedule");
    await end("a", new Error("away"));
    expect(failures).toEqual(["a 0"]);
    expect(clock.delays).toEqual([50]);
    clock.advance(50);
    expect(started).toEqual([
      ["a", ["schedule"]],
      ["a", ["schedule"]],
    ]);
    await end("a", new Error("still away"));
    expect(clock.delays).toEqual([100]);
    clock.advance(100);
    await end("a");
    queue.request("a", "change");
    await end("a", new Error("away again"));
    expect(clock.delays).toEqual([50]);
    expect(failures).toEqual(["a 0", "a 1", "a 0"]);
    await queue.stop();
    expect(clock.delays).toEqual([]);
  });

  it("takes nothing after it was stopped, and waits for what runs", async () => {
    const { queue, end, ids } = setUp();
    queue.request("a", "change");
    queue.request("a", "change");
    let stopped = false;
    const stopping = queue.stop().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    await end("a");
    await stopping;
    queue.request("b", "change");
    expect(ids()).toEqual(["a"]);
  });
});

/**
 * Loaded into a server's process before its own code (`--import`): lets the one that watches it collect its garbage,
 * count what it holds open, and set its wall clock. The server knows nothing of it.
 */
import { memoryUsage } from "node:process";

/** What is asked of a server's process. */
export type InsideQuestion =
  | { readonly kind: "memory" }
  | { readonly kind: "clock"; readonly aheadMs: number };

/** What a process holds after everything unused was collected. */
export interface InsideMemory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  /** What is open, by kind: sockets, servers, and as `timers` every timeout that was set and has not fired. */
  readonly resources: Readonly<Record<string, number>>;
}

const RealDate = Date;
let aheadMs = 0;

/** The wall clock as an administrator, or a suspended machine, would set it; performance.now() goes on as before. */
class ShiftedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(RealDate.now() + aheadMs);
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

const timers = new Set<NodeJS.Timeout>();

/** Counts timeouts: Node tells only of those that keep the process alive, and the server's do not. */
function countTimers(): void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const counted = (
    call: (...given: unknown[]) => void,
    delayMs?: number,
    ...given: unknown[]
  ): NodeJS.Timeout => {
    const timer = set(() => {
      timers.delete(timer);
      call(...given);
    }, delayMs);
    timers.add(timer);
    return timer;
  };
  Object.defineProperties(counted, Object.getOwnPropertyDescriptors(set));
  globalThis.setTimeout = counted as unknown as typeof set;
  globalThis.clearTimeout = (timer) => {
    if (typeof timer === "object") timers.delete(timer);
    clear(timer);
  };
}

function memory(): InsideMemory {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external, rss } = memoryUsage();
  const resources: Record<string, number> = { timers: timers.size };
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { heapUsed, external, rss, resources };
}

countTimers();
process.on("message", (question: InsideQuestion) => {
  if (question.kind === "clock") {
    aheadMs = question.aheadMs;
    globalThis.Date = ShiftedDate as DateConstructor;
    process.send?.({});
  } else process.send?.(memory());
});
// The watcher's channel must not keep a server alive that has stopped.
process.channel?.unref();

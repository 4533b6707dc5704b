import { Listener } from "../../src/postgres/listening/listener.ts";
import { systemClock } from "../../src/support/clock.ts";

/** Hears what the triggers say, as the server does. */
export interface NoticeFeed {
  /** When the next notification arrives, by `performance.now()`. */
  next(): Promise<number>;
  close(): Promise<void>;
}

/** Listens on a connection of its own. */
export async function openFeed(connectionString: string): Promise<NoticeFeed> {
  let heard: ((ms: number) => void) | undefined;
  const listener = new Listener({
    connectionString,
    clock: systemClock,
    random: Math.random,
    probeIntervalMs: 10_000,
    events: {
      onNotice: () => heard?.(performance.now()),
      onListening: () => undefined,
      onLost: () => undefined,
    },
  });
  await listener.start();
  return {
    next: () =>
      new Promise((resolve) => {
        heard = resolve;
      }),
    close: () => listener.close(),
  };
}

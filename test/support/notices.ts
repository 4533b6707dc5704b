import type { Queryable } from "../../src/postgres/connection/database.ts";
import type { ChangeNotice } from "../../src/postgres/listening/change-notice.ts";
import { Listener } from "../../src/postgres/listening/listener.ts";
import { systemClock } from "../../src/support/clock.ts";

/** A notification without its time, for comparison. */
export type SeenNotice = Omit<ChangeNotice, "atMs">;

/** Listens to a database as the server does. */
export interface NoticeRecorder {
  /** Runs `action` and returns what was announced meanwhile, in order. Waits for nothing but the database. */
  during(action: () => Promise<unknown>): Promise<readonly SeenNotice[]>;
  close(): Promise<void>;
}

/** Opens a recorder; a message of our own after each action tells that all before it have come. */
export async function recordNotices(url: string, database: Queryable): Promise<NoticeRecorder> {
  let seen: SeenNotice[] = [];
  let fence = 0;
  let onFence = (): void => undefined;
  const listener = new Listener({
    connectionString: url,
    clock: systemClock,
    random: Math.random,
    probeIntervalMs: 60_000,
    events: {
      onNotice({ atMs: _, ...notice }) {
        if (notice.environments?.[0] === -fence) onFence();
        else seen.push(notice);
      },
      onListening: () => undefined,
      onLost: () => undefined,
    },
  });
  await listener.start();
  return {
    async during(action) {
      seen = [];
      await action();
      fence += 1;
      const arrived = new Promise<void>((resolve) => {
        onFence = resolve;
      });
      await database.query("SELECT pg_notify('flagd_sync', $1)", [
        JSON.stringify({ v: 1, kind: "now", environments: [-fence] }),
      ]);
      await arrived;
      return seen;
    },
    close: () => listener.close(),
  };
}

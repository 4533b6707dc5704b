import type { Instruments } from "./instruments.ts";

/** What the sync port reports of its connections. */
export interface ConnectionMetrics {
  opened(): void;
  closed(): void;
  /** A connection was ended, or an exchange broken off, by us. */
  cut(reason: string): void;
}

/** Puts them on the instruments. */
export function connectionMetrics(on: Instruments): ConnectionMetrics {
  return {
    opened: () => on.connections.inc(),
    closed: () => on.connections.dec(),
    cut: (reason) => on.connectionsCut.inc({ reason }),
  };
}

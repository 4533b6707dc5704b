import type { Instruments } from "./instruments.ts";

/** What is reported of one port's certificate. */
export interface TlsMetrics {
  /** A certificate is in use from now on, until epoch milliseconds `expiresAtMs`. */
  inUse(expiresAtMs: number): void;
  /** The files were found changed. */
  reloaded(outcome: "replaced" | "refused"): void;
}

/** What the management port reports of itself, which the first of several processes has too. */
export interface ManagementMetrics {
  /** A request was turned away unseen because its address sent many without a valid key. */
  slowed(reason: string): void;
  /** A request for the status was turned away. */
  statusDenied(reason: string): void;
  /** So many watch the status now. */
  statusWatchers(count: number): void;
  tls(port: "sync" | "management"): TlsMetrics;
}

/** Rows of the table that {@link managementMetrics} needs. */
export const MANAGEMENT_KEYS = [
  "slowed",
  "statusDenied",
  "statusWatchers",
  "tlsReloads",
  "tlsExpiry",
] as const;

/** Puts them on the instruments. */
export function managementMetrics(
  on: Pick<Instruments, (typeof MANAGEMENT_KEYS)[number]>,
): ManagementMetrics {
  return {
    slowed: (reason) => on.slowed.inc({ reason }),
    statusDenied: (reason) => on.statusDenied.inc({ reason }),
    statusWatchers: (count) => on.statusWatchers.set(count),
    tls: (port) => ({
      inUse: (expiresAtMs) => on.tlsExpiry.set({ port }, expiresAtMs / 1_000),
      reloaded: (outcome) => on.tlsReloads.inc({ port, outcome }),
    }),
  };
}

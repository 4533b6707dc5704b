import { Counter, Gauge, type Registry } from "prom-client";

/** What the sync port reports of its connections. */
export interface ConnectionMetrics {
  opened(): void;
  closed(): void;
  /** A connection was ended, or an exchange broken off, by us. */
  cut(reason: string): void;
}

/** Registers them. */
export function createConnectionMetrics(registry: Registry): ConnectionMetrics {
  const registers = [registry];
  const open = new Gauge({
    name: "flagsmith_flagd_connections",
    help: "Open connections of the sync port",
    registers,
  });
  const cuts = new Counter({
    name: "flagsmith_flagd_connections_cut_total",
    help: "Connections that were ended, or exchanges that were broken off, by the server",
    labelNames: ["reason"],
    registers,
  });
  return {
    opened: () => open.inc(),
    closed: () => open.dec(),
    cut: (reason) => cuts.inc({ reason }),
  };
}

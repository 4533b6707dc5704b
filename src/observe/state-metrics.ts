import { Counter, Gauge, type Registry } from "prom-client";

/** What the keeping of documents on disk reports. */
export interface StateMetrics {
  /** A file was written, was up to date, or was left alone. */
  saved(outcome: string): void;
  /** Writing failed, and is tried again. */
  failing(now: boolean): void;
  /** Files that are yet to be written. */
  waiting(count: number): void;
  /** A file was not believed at start. */
  refused(code: string): void;
}

/** Adds the figures of STATE_DIR to a registry. */
export function createStateMetrics(registry: Registry): StateMetrics {
  const registers = [registry];
  const saves = new Counter({
    name: "flagsmith_flagd_state_saves_total",
    help: "Files of STATE_DIR that were to be written, by what came of it",
    labelNames: ["outcome"],
    registers,
  });
  const failing = new Gauge({
    name: "flagsmith_flagd_state_failing",
    help: "1 while STATE_DIR cannot be written",
    registers,
  });
  const waiting = new Gauge({
    name: "flagsmith_flagd_state_waiting",
    help: "Files of STATE_DIR that are yet to be written",
    registers,
  });
  const refusals = new Counter({
    name: "flagsmith_flagd_state_refused_total",
    help: "Files of STATE_DIR that were not believed",
    labelNames: ["code"],
    registers,
  });
  return {
    saved: (outcome) => saves.inc({ outcome }),
    failing: (now) => failing.set(now ? 1 : 0),
    waiting: (count) => waiting.set(count),
    refused: (code) => refusals.inc({ code }),
  };
}

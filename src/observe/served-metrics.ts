import type { Instruments } from "./instruments.ts";
import { METRICS } from "./metric-table.ts";

/** What is looked up at each scrape. */
export interface ServedFigures {
  readonly ready: boolean;
  /** How old what is served may be; `environments`: those that alone cannot be read. */
  readonly staleness: {
    readonly seconds: number;
    readonly environments: number;
    readonly causes: readonly string[];
  };
  /** Moments at which the clock alone changes an environment, epoch milliseconds, soonest first. */
  readonly scheduledAtMs: readonly number[];
  /** The reason of each warning of each document that is served. */
  readonly warnings: Iterable<string>;
}

/** What is reported of the documents that are served, and of the database that they come from. */
export interface ServedMetrics {
  listening(inForce: boolean): void;
  documents(count: number): void;
  /** What in the database is not as we need it, by kind. */
  schemaProblems(kind: string, count: number): void;
  /** Environments whose newest document is not shown, and why. */
  documentsHeld(reason: "document_too_large", count: number): void;
  /** Asked at each scrape. */
  figuresFrom(source: () => ServedFigures): void;
}

/** Puts them on the instruments; `scrape` writes what is only looked up when somebody asks. */
export function servedMetrics(on: Instruments): ServedMetrics & { scrape(): void } {
  on.documentsHeld.set({ reason: "document_too_large" }, 0);
  let figures: (() => ServedFigures) | undefined;
  return {
    listening: (inForce) => on.listening.set(inForce ? 1 : 0),
    documents: (count) => on.documents.set(count),
    schemaProblems: (kind, count) => on.schemaProblems.set({ kind }, count),
    documentsHeld: (reason, count) => on.documentsHeld.set({ reason }, count),
    figuresFrom(source) {
      figures = source;
    },
    scrape() {
      if (figures !== undefined) write(on, figures());
    },
  };
}

function write(on: Instruments, { ready, staleness, scheduledAtMs, warnings }: ServedFigures): void {
  on.ready.set(ready ? 1 : 0);
  on.stalenessSeconds.set(staleness.seconds);
  on.staleEnvironments.set(staleness.environments);
  on.scheduledChanges.set(scheduledAtMs.length);
  on.nextScheduled.set((scheduledAtMs[0] ?? 0) / 1_000);
  for (const cause of METRICS.stale.labels.cause.values) {
    on.stale.set({ cause }, staleness.causes.includes(cause) ? 1 : 0);
  }
  const counts = new Map<string, number>();
  for (const reason of warnings) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const reason of METRICS.documentWarnings.labels.reason.values) {
    on.documentWarnings.set({ reason }, counts.get(reason) ?? 0);
  }
}

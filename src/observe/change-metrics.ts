import type { Instruments } from "./instruments.ts";

/** What the pipeline reports of changes. */
export interface ChangeMetrics {
  documentBuilt(durationMs: number, bytes: number): void;
  /** One stage of a rebuild is over. */
  rebuildStage(stage: string, durationMs: number): void;
  warnings(reason: string, count: number): void;
  revisionPublished(cause: string): void;
  /** From the start of the transaction that changed something to its revision's publication. */
  propagated(delayMs: number): void;
  /** From the same start, or the planned moment, until one stream's connection had taken it. */
  delivered(delayMs: number): void;
  scheduledChange(latenessMs: number): void;
  /** A notification of the triggers was heard. */
  notified(kind: string): void;
  notificationMissed(): void;
  refreshFailed(): void;
}

/** Puts them on the instruments. */
export function changeMetrics(on: Instruments): ChangeMetrics {
  return {
    documentBuilt(durationMs, bytes) {
      on.documentBuild.observe(durationMs / 1_000);
      on.documentSize.observe(bytes);
    },
    rebuildStage: (stage, durationMs) => on.rebuildStage.observe({ stage }, durationMs / 1_000),
    warnings: (reason, count) => on.translationWarnings.inc({ reason }, count),
    revisionPublished: (cause) => on.revisions.inc({ cause }),
    propagated: (delayMs) => on.propagation.observe(Math.max(0, delayMs) / 1_000),
    delivered: (delayMs) => on.delivery.observe(Math.max(0, delayMs) / 1_000),
    scheduledChange: (latenessMs) => on.scheduleLateness.observe(Math.max(0, latenessMs) / 1_000),
    notified: (kind) => on.notifications.inc({ kind }),
    notificationMissed: () => on.missedNotifications.inc(),
    refreshFailed: () => on.refreshFailures.inc(),
  };
}

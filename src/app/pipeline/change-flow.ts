import type { Revision } from "../../model/revision.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { ChangeTrace, Traces } from "../../observe/traces.ts";
import type { Clock } from "../../support/clock.ts";
import type { FollowerDetails, FollowerRecord, FollowerRecords } from "../../transports/grpc/followers.ts";
import type { PublicationAccount } from "./publication-times.ts";
import { Rebuild } from "./rebuild.ts";

/** What a flow is made of. */
export interface ChangeFlowParts {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "rebuildStage" | "delivered">;
  readonly logger: Pick<Logger, "debug">;
  /** Where traces are wanted. */
  readonly traces?: Traces | undefined;
}

/** One revision on its way to the streams. */
interface Push {
  handed: number;
  taken: number;
  /** Whether nobody else will be handed it. */
  offered: boolean;
  /** Monotonic: when the change began that it shows, as far as that is known. */
  changedMs: number | undefined;
  /** Monotonic: streams that were opened later were not waiting for it. */
  shownMs: number;
  /** Called once when all who were handed it have taken it. */
  onTaken: ((streams: number) => void) | undefined;
}

interface Shown {
  readonly revision: Revision;
  readonly isChange: boolean;
}

/**
 * Follows each change from its notification to the streams that took it, for the metrics and, where they are wanted, for
 * traces. A push costs a look-up, some additions and one reading of the clock per stream.
 */
export class ChangeFlow {
  readonly #parts: ChangeFlowParts;
  /** The last of each environment, where traces are wanted. */
  readonly #rebuilds = new Map<number, Rebuild>();
  readonly #shown = new Map<number, Shown>();
  /** By the revision that is handed to the streams. */
  readonly #pushes = new WeakMap<object, Push>();

  constructor(parts: ChangeFlowParts) {
    this.#parts = parts;
  }

  /** An environment's document is about to be made anew. */
  begin(environmentId: number): Rebuild {
    const { clock, metrics, traces } = this.#parts;
    const rebuild = new Rebuild(clock, (stage, durationMs) => metrics.rebuildStage(stage, durationMs));
    if (traces !== undefined) this.#rebuilds.set(environmentId, rebuild);
    return rebuild;
  }

  /** Its new revision is on its way to all who follow; `before`: what was shown until then. */
  published(revision: Revision, before: Revision | undefined): void {
    this.#pushOf(revision).shownMs = this.#parts.clock.monotonicMs();
    this.#shown.set(revision.environmentId, { revision, isChange: before !== undefined });
  }

  /** Nobody else will be handed the revision. */
  offered(revision: Revision): void {
    const push = this.#pushOf(revision);
    push.offered = true;
    this.#lookSoon(push);
  }

  /** How that came about; `heardMs` (monotonic): when its oldest notification came, if one did. */
  accounted(environmentId: number, account: PublicationAccount, heardMs: number | undefined): void {
    const shown = this.#shown.get(environmentId);
    const rebuild = this.#rebuilds.get(environmentId);
    this.#shown.delete(environmentId);
    this.#rebuilds.delete(environmentId);
    if (shown === undefined) return;
    const push = this.#pushOf(shown.revision);
    const tookMs = account.propagationMs ?? account.latenessMs;
    push.changedMs = tookMs === null ? undefined : push.shownMs - tookMs;
    const { traces } = this.#parts;
    if (traces === undefined || rebuild === undefined || !shown.isChange) return;
    const { changedMs } = push;
    push.onTaken = (streams) => {
      const { revision } = shown;
      traces.changed(this.#traceOf({ revision, rebuild, account, changedMs, heardMs, streams }));
    };
    this.#lookSoon(push);
  }

  /** Records of the same streams that also tell this object. */
  around(records: FollowerRecords): FollowerRecords {
    return { opened: (details) => this.#opened(details, records.opened(details)) };
  }

  #opened(details: FollowerDetails, record: FollowerRecord): FollowerRecord {
    const { clock, logger } = this.#parts;
    const openedMs = clock.monotonicMs();
    let push: Push | undefined;
    return {
      writing: (revision) => {
        push = this.#pushOf(revision);
        push.handed += 1;
        record.writing(revision);
      },
      written: () => {
        record.written();
        const taken = push;
        push = undefined;
        if (taken !== undefined) this.#taken(taken, openedMs);
      },
      gone: (reason) => {
        record.gone(reason);
        if (push !== undefined) {
          push.handed -= 1;
          this.#look(push);
          push = undefined;
        }
        const durationMs = Math.round(clock.monotonicMs() - openedMs);
        const { lastFour: key, ...who } = details;
        logger.debug({ ...who, key, reason, durationMs }, "SyncFlags stream ended");
      },
    };
  }

  #taken(push: Push, openedMs: number): void {
    push.taken += 1;
    const { clock, metrics } = this.#parts;
    if (push.changedMs !== undefined && openedMs <= push.shownMs) {
      metrics.delivered(clock.monotonicMs() - push.changedMs);
    }
    if (push.onTaken !== undefined) this.#look(push);
  }

  /** Streams over gRPC-Web and Connect are handed it a moment later. */
  #lookSoon(push: Push): void {
    if (push.onTaken !== undefined) this.#parts.clock.after(0, () => this.#look(push));
  }

  #look(push: Push): void {
    const { onTaken } = push;
    if (onTaken === undefined || !push.offered || push.taken < push.handed) return;
    push.onTaken = undefined;
    onTaken(push.handed);
  }

  #pushOf(revision: object): Push {
    const known = this.#pushes.get(revision);
    if (known !== undefined) return known;
    const push: Push = {
      handed: 0,
      taken: 0,
      offered: false,
      changedMs: undefined,
      shownMs: 0,
      onTaken: undefined,
    };
    this.#pushes.set(revision, push);
    return push;
  }

  /** Everything ran on the monotonic clock; traces want to know the time of day. */
  #traceOf(change: {
    readonly revision: Revision;
    readonly rebuild: Rebuild;
    readonly account: PublicationAccount;
    readonly changedMs: number | undefined;
    readonly heardMs: number | undefined;
    readonly streams: number;
  }): ChangeTrace {
    const { revision, rebuild, account, changedMs, heardMs, streams } = change;
    const { clock } = this.#parts;
    const endMs = clock.monotonicMs();
    const dayMs = clock.now() - endMs;
    const steps = [...rebuild.stages];
    const offered = steps.findIndex(({ name }) => name === "offer");
    const fanOut = steps.splice(offered < 0 ? steps.length : offered);
    const heard = heardMs === undefined ? [] : [{ name: "wait", startMs: heardMs, endMs: rebuild.beganMs }];
    const told =
      heardMs === undefined || changedMs === undefined
        ? []
        : [{ name: "notification", startMs: Math.min(changedMs, heardMs), endMs: heardMs }];
    const all = [
      ...told,
      ...heard,
      ...steps,
      { name: "fan-out", startMs: fanOut[0]?.startMs ?? rebuild.lastMs, endMs },
    ];
    return {
      environmentId: revision.environmentId,
      flagSetId: revision.flagSetId,
      revision: revision.hash,
      version: revision.version,
      bytes: revision.document.size,
      causes: account.causes,
      streams,
      startMs: Math.min(...all.map(({ startMs }) => startMs), changedMs ?? endMs) + dayMs,
      endMs: endMs + dayMs,
      steps: all.map((step) => ({
        name: step.name,
        startMs: step.startMs + dayMs,
        endMs: step.endMs + dayMs,
      })),
    };
  }
}

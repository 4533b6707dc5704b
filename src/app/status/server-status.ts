/** What a server can tell an operator of itself, put together when it is asked for. */
import type { DirectoryEntry } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { StatusEnvironment, StatusFollower, StatusReport, StatusScheduled } from "../../model/status.ts";
import { withArrivals } from "../../model/status-arrivals.ts";
import { environmentOrder, followerOrder } from "../../model/status-order.ts";
import type { Board } from "../../publish/board.ts";
import type { DatabaseTime } from "../../snapshot/database-time.ts";
import type { Clock } from "../../support/clock.ts";
import type { Readiness } from "../../transports/management/routes.ts";
import type { Staleness } from "../database/staleness.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { PublicationAccount } from "../pipeline/publication-times.ts";
import { describeEnvironment } from "./describe-environment.ts";
import { type Followed, Followers, type Holding } from "./followers.ts";
import { RecentChanges } from "./recent-changes.ts";

/** What the status is gathered from. */
export interface ServerStatusParts {
  readonly version: string;
  readonly clock: Clock;
  readonly databaseTime: DatabaseTime;
  readonly board: Board;
  readonly staleness: Staleness;
  readonly readiness: () => Readiness;
  readonly log: { warn(fields: object, message: string): void };
}

type PipelineView = Pick<Pipeline, "directory" | "documents" | "upcoming">;

/** One follower of one environment, with what tells how current it is. */
interface FollowerView {
  readonly followed: Followed;
  readonly holding: Holding;
  readonly entry: DirectoryEntry;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** See the top of this file. */
export class ServerStatus {
  readonly followers: Followers;
  readonly #parts: ServerStatusParts;
  readonly #changes: RecentChanges;
  readonly #publishedAtMs = new Map<number, number>();
  readonly #listeners = new Set<() => void>();
  readonly #startedAtMs: number;
  #pipeline: PipelineView | undefined;

  constructor(parts: ServerStatusParts) {
    this.#parts = parts;
    const { clock, log } = parts;
    this.#startedAtMs = clock.now();
    const onChange = (): void => this.#changed();
    this.followers = new Followers(clock, onChange);
    this.#changes = new RecentChanges({ clock, log, onChange });
  }

  /** The pipeline that is reported of; it needs this object before it is made. */
  watch(pipeline: PipelineView): void {
    this.#pipeline = pipeline;
  }

  /** A new revision is on the board. */
  published(revision: Revision, before: Revision | undefined): void {
    const { board, clock } = this.#parts;
    const { environmentId } = revision;
    this.#publishedAtMs.set(environmentId, clock.now());
    if (before === undefined) this.#changed();
    else this.#changes.published(revision, before, board.followerCount(environmentId));
  }

  /** How the publication that was told last of this environment came about. */
  account(environmentId: number, account: PublicationAccount): void {
    this.#changes.account(environmentId, account);
  }

  /** Calls after each change, often and in the middle of a push: the listener only takes note. Returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything, unbounded: whoever answers with it shows a part. */
  report(): StatusReport {
    const { clock, databaseTime } = this.#parts;
    const views = this.#followerViews();
    const followers = views.map((view) => this.#describeFollower(view)).sort(followerOrder);
    const environments = this.#environments(followers).sort(environmentOrder);
    const changes = withArrivals(this.#changes.list(), environments);
    const schedule = this.#schedule();
    const current = followers.filter((follower) => follower.current).length;
    return {
      generatedAt: iso(clock.now()),
      databaseTime: iso(databaseTime.nowMs()),
      server: this.#server(),
      totals: {
        environments: environments.length,
        followers: followers.length,
        current,
        behind: followers.length - current,
        changes: changes.length,
        scheduled: schedule.length,
      },
      environments,
      followers,
      changes,
      schedule,
    };
  }

  stop(): void {
    this.#changes.stop();
    this.#listeners.clear();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #server(): StatusReport["server"] {
    const { version, readiness, staleness, clock } = this.#parts;
    const { ready, waitingFor } = readiness();
    const { staleMs, reason } = staleness.report();
    const stale =
      reason === null ? null : { since: iso(Math.round((clock.now() - staleMs) / 1_000) * 1_000), reason };
    return { version, startedAt: iso(this.#startedAtMs), processes: 1, ready, waitingFor, stale };
  }

  #entries(): readonly DirectoryEntry[] {
    return this.#pipeline?.directory()?.entries ?? [];
  }

  #followerViews(): FollowerView[] {
    const entries = new Map(this.#entries().map((entry) => [entry.environmentId, entry]));
    return Array.from(this.followers.list(), (followed) =>
      Array.from(followed.holdings, (holding) => ({
        followed,
        holding,
        entry: entries.get(holding.environmentId),
      })),
    )
      .flat()
      .filter((view): view is FollowerView => view.entry !== undefined);
  }

  #describeFollower({ followed, holding, entry }: FollowerView): StatusFollower {
    const { details, id, sinceMs } = followed;
    const { environmentId, flagSetId } = entry;
    const current = this.#parts.board.current(environmentId)?.hash;
    const isCurrent = current !== undefined && holding.hash === current;
    return {
      id: details.environmentId === undefined ? `${id}-${environmentId}` : String(id),
      environmentId,
      flagSetId,
      peer: details.peer,
      userAgent: details.userAgent ?? null,
      providerId: details.providerId ?? null,
      keyLastFour: details.lastFour.replace("…", ""),
      transport: details.transport,
      since: iso(sinceMs),
      revision: holding.hash ?? null,
      writtenAt: holding.hash === undefined ? null : iso(holding.writtenAtMs),
      pending: holding.sending !== undefined,
      current: isCurrent,
      behindSince: isCurrent ? null : this.#behindSince(environmentId, holding, sinceMs),
      revisionsBehind: isCurrent ? 0 : this.#revisionsBehind(environmentId, holding),
    };
  }

  #revisionsBehind(environmentId: number, { hash }: Holding): number | null {
    return hash === undefined ? null : (this.#changes.shownAfter(environmentId, hash) ?? null);
  }

  #behindSince(environmentId: number, { hash }: Holding, sinceMs: number): string {
    if (hash === undefined) return iso(sinceMs);
    const replacedAt = this.#changes.replacedAt(environmentId, hash);
    return replacedAt ?? iso(this.#publishedAtMs.get(environmentId) ?? this.#startedAtMs);
  }

  #environments(followers: readonly StatusFollower[]): StatusEnvironment[] {
    const { board, staleness } = this.#parts;
    const { reason, readings } = staleness.report();
    const reasons = new Map(readings.map((each) => [each.reading, each.reason]));
    const all = new Map<number, number>();
    const current = new Map<number, number>();
    const count = (counts: Map<number, number>, id: number): void =>
      void counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const follower of followers) {
      count(all, follower.environmentId);
      if (follower.current) count(current, follower.environmentId);
    }
    return this.#entries().map((entry) => {
      const { environmentId } = entry;
      const isStale = staleness.ageMs(environmentId) > 0;
      return describeEnvironment({
        entry,
        revision: board.current(environmentId),
        held: this.#pipeline?.documents.held(environmentId),
        stale: isStale ? (reasons.get(environmentId) ?? reason ?? "it cannot be read") : undefined,
        publishedAtMs: this.#publishedAtMs.get(environmentId),
        followers: all.get(environmentId) ?? 0,
        followersCurrent: current.get(environmentId) ?? 0,
      });
    });
  }

  #schedule(): readonly StatusScheduled[] {
    const flagSetIds = new Map(this.#entries().map((entry) => [entry.environmentId, entry.flagSetId]));
    return (this.#pipeline?.upcoming() ?? []).map(({ environmentId, dueAtMs }) => ({
      environmentId,
      flagSetId: flagSetIds.get(environmentId) ?? String(environmentId),
      dueAt: iso(dueAtMs),
    }));
  }
}

/**
 * app: the only wiring. Data goes one way: a signal says what is dirty, the environment is read, translated, hashed,
 * given its version and put on the board, from which the transports send.
 */

import type { KeyRing } from "../access/key-ring.ts";
import type { DirectoryEntry } from "../model/access.ts";
import type { ChangeNotice } from "../postgres/change-notice.ts";
import { type Directory, readDirectory } from "../postgres/read-directory.ts";
import { ChangeLedger } from "../snapshot/change-ledger.ts";
import { DirtyScopes } from "../snapshot/dirty-scopes.ts";
import { RefreshQueue, type RefreshReason } from "../snapshot/refresh-queue.ts";
import { Schedule } from "../snapshot/schedule.ts";
import type { Timer } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import { changedEnvironments } from "./directory-changes.ts";
import { EnvironmentPublisher, type EnvironmentPublisherParts } from "./environment-publisher.ts";
import { scopesOf } from "./notice-scopes.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** What a pipeline is made of. */
export interface PipelineParts extends EnvironmentPublisherParts {
  readonly keyRing: KeyRing;
  readonly random: () => number;
  readonly timing: { readonly settleMs: number; readonly settleMaxMs: number; readonly reconcileMs: number };
  /** Environments read at the same time. */
  readonly concurrency: number;
}

const DIRECTORY = "directory";
const EMPTY: Directory = { entries: [], settingsByProject: new Map(), readAtMs: 0 };

/** Keeps the board equal to what the database says, from notifications, the clock and a periodic comparison. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #publisher: EnvironmentPublisher;
  readonly #ledger: ChangeLedger;
  readonly #dirty = new DirtyScopes();
  readonly #schedule: Schedule<number | "keys">;
  readonly #environments: RefreshQueue<number>;
  readonly #directoryReads: RefreshQueue<typeof DIRECTORY>;
  readonly #silence: SilenceWatch;
  /** When the oldest transaction that is not yet published began, by environment. */
  readonly #noticedAtMs = new Map<number, number>();
  readonly #dueAtMs = new Map<number, number>();
  #directory = EMPTY;
  #entries = new Map<number, DirectoryEntry>();
  #wasReady = false;
  #reconcile: Timer | undefined;
  #stopped = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { clock, databaseTime, timing, random, metrics, logger } = parts;
    this.#publisher = new EnvironmentPublisher(parts);
    this.#ledger = new ChangeLedger({
      clock,
      times: { settleMs: timing.settleMs, settleAtMostMs: timing.settleMaxMs },
      onDue: (environmentId) => this.#environments.request(environmentId, "change"),
    });
    this.#schedule = new Schedule({
      clock,
      databaseTime,
      onDue: (subject, dueAtMs) => this.#onScheduled(subject, dueAtMs),
    });
    const onFailure = (failure: { id: number | string; thrown: unknown; attempt: number }): void => {
      metrics.refreshFailed();
      const fields = { reading: failure.id, attempt: failure.attempt, error: messageOf(failure.thrown) };
      if (failure.attempt === 0) logger.warn(fields, "could not read; trying again until it works");
      else logger.debug(fields, "still could not read");
    };
    this.#environments = new RefreshQueue<number>({
      clock,
      random,
      concurrency: parts.concurrency,
      work: (environmentId, reasons) => this.#refresh(environmentId, reasons),
      onFailure,
    });
    this.#directoryReads = new RefreshQueue<typeof DIRECTORY>({
      clock,
      random,
      concurrency: 1,
      work: () => this.#refreshDirectory(),
      onFailure,
    });
    this.#silence = new SilenceWatch(clock, (environmentId) => {
      metrics.notificationMissed();
      logger.warn(
        { environmentId },
        "a change came without a notification; the periodic comparison found it",
      );
    });
  }

  /** Reads everything for the first time; resolves when each environment was tried once. Then compares periodically. */
  async start(): Promise<void> {
    this.resync();
    await this.settled();
    this.#planReconcile();
  }

  /** Resolves when nothing is being read and nothing waits to be. */
  async settled(): Promise<void> {
    await this.#directoryReads.idle();
    await this.#environments.idle();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reconcile?.cancel();
    this.#silence.stop();
    this.#schedule.stop();
    this.#ledger.forget();
    await this.#directoryReads.stop();
    await this.#environments.stop();
  }

  /** After LISTEN came into force (again): whatever happened before it is found by reading. */
  resync(): void {
    this.#directoryReads.request(DIRECTORY, "resync");
    for (const environmentId of this.#entries.keys()) this.#readEverything(environmentId, "resync");
  }

  /** Takes one notification of the triggers. */
  onNotice(notice: ChangeNotice): void {
    if (notice.kind === "everything") {
      this.resync();
      return;
    }
    if (notice.kind === "directory") this.#directoryReads.request(DIRECTORY, "change");
    for (const scope of scopesOf(notice, this.#directory.entries)) {
      this.#silence.heard(scope.environmentId);
      if (notice.kind === "directory") continue;
      this.#dirty.add(scope.environmentId, scope);
      if (notice.atMs !== undefined && !this.#noticedAtMs.has(scope.environmentId)) {
        this.#noticedAtMs.set(scope.environmentId, notice.atMs);
      }
      if (notice.kind === "series") this.#ledger.opensSeries(scope);
      else this.#ledger.complete(scope);
    }
  }

  /** Ready when every environment that is to be served has a document; once ready, always ready. */
  readiness(): { readonly ready: boolean; readonly waitingFor: readonly string[] } {
    if (this.#directory === EMPTY) return { ready: false, waitingFor: ["the database"] };
    const waitingFor = this.#wasReady
      ? []
      : this.#directory.entries
          .filter((entry) => isServed(entry) && this.#parts.board.current(entry.environmentId) === undefined)
          .map((entry) => entry.flagSetId);
    this.#wasReady = waitingFor.length === 0;
    return { ready: this.#wasReady, waitingFor };
  }

  #planReconcile(): void {
    if (this.#stopped) return;
    this.#reconcile = this.#parts.clock.after(this.#parts.timing.reconcileMs, () => {
      this.#directoryReads.request(DIRECTORY, "reconcile");
      for (const environmentId of this.#entries.keys()) this.#readEverything(environmentId, "reconcile");
      void this.settled().then(() => this.#planReconcile());
    });
  }

  #onScheduled(subject: number | "keys", dueAtMs: number): void {
    if (subject === "keys") {
      this.#reviewGrants();
      return;
    }
    this.#dueAtMs.set(subject, dueAtMs);
    this.#readEverything(subject, "schedule");
  }

  #readEverything(environmentId: number, reason: RefreshReason): void {
    this.#dirty.add(environmentId, "everything");
    this.#environments.request(environmentId, reason);
  }

  /** Ends the streams whose key or environment is no longer good, and waits for the next key to expire. */
  #reviewGrants(): void {
    const { board, keyRing } = this.#parts;
    board.review((grant) => {
      const refusal = keyRing.review(grant);
      return refusal && { kind: "refused", reason: refusal.reason, message: refusal.message };
    });
    this.#schedule.set("keys", keyRing.nextExpiryMs());
  }

  async #refreshDirectory(): Promise<void> {
    const { database, columns, databaseTime, keyRing, board } = this.#parts;
    const directory = await readDirectory(database, columns);
    databaseTime.observe(directory.readAtMs);
    const changed = changedEnvironments(this.#directory, directory);
    this.#directory = directory;
    this.#entries = new Map(directory.entries.map((entry) => [entry.environmentId, entry]));
    keyRing.load(directory.entries);
    for (const { environmentId } of board.revisions()) {
      const entry = this.#entries.get(environmentId);
      if (entry === undefined || !isServed(entry)) this.#retire(environmentId);
    }
    this.#reviewGrants();
    for (const environmentId of changed) this.#readEverything(environmentId, "change");
  }

  #retire(environmentId: number): void {
    this.#parts.board.retire(environmentId);
    this.#publisher.forget(environmentId);
    this.#ledger.forget(environmentId);
    this.#dirty.forget(environmentId);
    this.#environments.forget(environmentId);
    this.#schedule.set(environmentId, null);
    this.#noticedAtMs.delete(environmentId);
    this.#parts.metrics.documents(this.#parts.board.revisions().length);
  }

  async #refresh(environmentId: number, reasons: ReadonlySet<RefreshReason>): Promise<void> {
    const entry = this.#entries.get(environmentId);
    const settings = entry && this.#directory.settingsByProject.get(entry.projectId);
    if (entry === undefined || settings === undefined || !isServed(entry)) return;
    if (this.#ledger.held(environmentId) === "everything") return;
    const scope = this.#dirty.take(environmentId);
    if (scope === undefined) return;
    const noticedAtMs = this.#noticedAtMs.get(environmentId);
    this.#noticedAtMs.delete(environmentId);
    const held = (): ReturnType<ChangeLedger["held"]> => this.#ledger.held(environmentId);
    const outcome = await this.#publisher.publish(entry, settings, scope, held).catch((thrown: unknown) => {
      this.#dirty.add(environmentId, scope);
      throw thrown;
    });
    this.#dirty.add(environmentId, outcome.remains);
    this.#schedule.set(environmentId, outcome.nextLiveAtMs);
    if (outcome.kind === "gone") this.#directoryReads.request(DIRECTORY, "change");
    if (outcome.kind === "outdated") this.#readEverything(environmentId, "change");
    if (outcome.kind === "changed") this.#account(environmentId, reasons, noticedAtMs);
  }

  #account(
    environmentId: number,
    reasons: ReadonlySet<RefreshReason>,
    noticedAtMs: number | undefined,
  ): void {
    const { metrics, databaseTime } = this.#parts;
    const dueAtMs = this.#dueAtMs.get(environmentId);
    this.#dueAtMs.delete(environmentId);
    if (dueAtMs !== undefined) metrics.scheduledChange(databaseTime.nowMs() - dueAtMs);
    if (noticedAtMs !== undefined) metrics.propagated(databaseTime.nowMs() - noticedAtMs);
    if (reasons.size === 1 && reasons.has("reconcile")) this.#silence.foundWithoutNotice(environmentId);
    metrics.revisionPublished([...reasons].sort().join("+"));
  }
}

function isServed(entry: DirectoryEntry): boolean {
  return entry.obstacle === null && !entry.creating;
}

/**
 * pipeline: data goes one way. A signal says what is dirty, the environment is read, translated, hashed,
 * given its version and put on the board, from which the transports send.
 */

import type { KeyRing } from "../../access/key-ring.ts";
import type { ChangeNotice } from "../../postgres/listening/change-notice.ts";
import { type Directory, readDirectory } from "../../postgres/reading/read-directory.ts";
import { ChangeLedger } from "../../snapshot/change-ledger.ts";
import { DirtyScopes } from "../../snapshot/dirty-scopes.ts";
import { RefreshQueue, type RefreshReason } from "../../snapshot/refresh-queue.ts";
import { Schedule } from "../../snapshot/schedule.ts";
import { isSchemaFailure, SchemaChanged } from "../database/schema-watch.ts";
import type { Staleness } from "../database/staleness.ts";
import { changedEnvironments } from "./directory-changes.ts";
import { Doubts } from "./doubts.ts";
import { EnvironmentPublisher, type EnvironmentPublisherParts } from "./environment-publisher.ts";
import { isServed, KnownDirectory } from "./known-directory.ts";
import { scopesOf } from "./notice-scopes.ts";
import { ChangesUnderWay, type PublicationAccount } from "./publication-times.ts";
import { isAnyHeld, isUnfinished } from "./publish-outcome.ts";
import { type ReadingId, ReadingReports } from "./reading-reports.ts";
import { Reconciler } from "./reconciler.ts";
import { ShownDocuments } from "./shown-documents.ts";

/** What a pipeline is made of. */
export interface PipelineParts extends EnvironmentPublisherParts {
  readonly keyRing: KeyRing;
  readonly staleness: Staleness;
  readonly random: () => number;
  readonly timing: { readonly settleMs: number; readonly settleMaxMs: number; readonly reconcileMs: number };
  /** Environments read at the same time. */
  readonly concurrency: number;
  /** Is told of each reading of the directory. */
  readonly onDirectory?: (directory: Directory) => void;
  /** Is told after a publication why it was made and how long it took; `heardMs` (monotonic): when its notification came. */
  readonly onAccounted?: (environmentId: number, account: PublicationAccount, heardMs?: number) => void;
}

const DIRECTORY = "directory";

/** So long the start waits for what its first readings left in doubt: a settle time, as a rule. */
const FIRST_DOUBTS_AT_MOST_MS = 1_000;

/** Keeps the board equal to what the database says, from notifications, the clock and a periodic comparison. */
export class Pipeline {
  readonly #parts: PipelineParts;
  /** What is shown, and what is not. */
  readonly documents: ShownDocuments;
  readonly #publisher: EnvironmentPublisher;
  readonly #reports: ReadingReports;
  readonly #ledger: ChangeLedger;
  readonly #dirty = new DirtyScopes();
  readonly #schedule: Schedule<number | "keys">;
  readonly #environments: RefreshQueue<number>;
  readonly #directoryReads: RefreshQueue<typeof DIRECTORY>;
  readonly #underWay = new ChangesUnderWay();
  readonly #doubts: Doubts;
  readonly #directory = new KnownDirectory();
  #stopped = false;
  readonly #reconciler: Reconciler<ReadingId>;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { clock, databaseTime, timing, random } = parts;
    this.#publisher = new EnvironmentPublisher(parts);
    this.documents = new ShownDocuments({ ...parts, publisher: this.#publisher, directory: this.#directory });
    this.#doubts = new Doubts(clock);
    parts.schema.onChanged = () => this.#readAll("resync");
    this.#ledger = new ChangeLedger({
      clock,
      times: { settleMs: timing.settleMs, settleAtMostMs: timing.settleMaxMs },
      onDue: (environmentId) => {
        for (const reason of this.#doubts.reasons(environmentId)) {
          this.#environments.request(environmentId, reason);
        }
      },
    });
    this.#schedule = new Schedule({
      clock,
      databaseTime,
      onDue: (subject, dueAtMs) => this.#onScheduled(subject, dueAtMs),
    });
    const queue = <Id extends ReadingId>(
      concurrency: number,
      work: (id: Id, reasons: ReadonlySet<RefreshReason>) => Promise<void>,
    ): RefreshQueue<Id> => {
      const onFailure = (failure: { id: Id; thrown: unknown; attempt: number }): void => {
        if (!this.#stopped) this.#reports.failed(failure.id, failure.thrown, failure.attempt);
      };
      return new RefreshQueue<Id>({ clock, random, concurrency, work, onFailure });
    };
    this.#environments = queue<number>(parts.concurrency, (id, reasons) => this.#refresh(id, reasons));
    this.#directoryReads = queue<typeof DIRECTORY>(1, () => this.#refreshDirectory());
    this.#reconciler = new Reconciler({
      clock,
      reconcileMs: timing.reconcileMs,
      readAll: (reason) => this.#readAll(reason),
      onCompared: (beganMs) => parts.staleness.compared(beganMs),
    });
    this.#reports = new ReadingReports({ ...parts, reconciler: this.#reconciler });
  }

  /** Reads everything for the first time; resolves when each environment was tried once. Then compares periodically. */
  async start(): Promise<void> {
    this.resync();
    await this.settled();
    await this.#doubts.over(FIRST_DOUBTS_AT_MOST_MS);
    this.#reconciler.start();
  }

  /** Resolves when nothing is being read and nothing waits to be. */
  async settled(): Promise<void> {
    await this.#directoryReads.idle();
    await this.#environments.idle();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#doubts.stop();
    this.#reconciler.stop();
    this.#reports.stop();
    this.#schedule.stop();
    this.#ledger.forget();
    await Promise.all([this.#directoryReads.stop(), this.#environments.stop()]);
  }

  /**
   * After LISTEN came into force (again): whatever happened before it is found by reading. `onComplete` is called when
   * all that can be read was, unless another comparison begins before.
   */
  resync(onComplete?: () => void): void {
    this.#reconciler.compare("resync", onComplete);
  }

  /** Compares everything every two seconds, while notifications cannot be relied on. */
  poll(on: boolean): void {
    this.#reconciler.poll(on);
  }

  /** Takes one notification of the triggers. */
  onNotice(notice: ChangeNotice): void {
    this.#parts.schema.heard();
    if (notice.kind === "everything") {
      this.resync();
      return;
    }
    if (notice.kind === "directory") this.#directoryReads.request(DIRECTORY, "change");
    for (const scope of scopesOf(notice, this.#directory.current.entries)) {
      this.#reports.heard(scope.environmentId);
      if (notice.kind === "directory") continue;
      this.#dirty.add(scope.environmentId, scope);
      this.#underWay.noticed(scope.environmentId, notice.atMs, this.#parts.clock.monotonicMs());
      if (notice.kind === "series") this.#ledger.opensSeries(scope);
      else this.#ledger.complete(scope);
    }
  }

  /** The directory as it is known; `undefined`: it was neither read nor adopted yet. */
  directory(): Directory | undefined {
    return this.#directory.known;
  }

  /** Takes the directory as it once was, for as long as none can be read. */
  adopt(directory: Directory): void {
    if (this.#directory.known === undefined) this.#take(directory, { adopted: true });
  }

  /** Environments that the clock alone will change next, soonest first. */
  upcoming(): readonly { readonly environmentId: number; readonly dueAtMs: number }[] {
    return this.#schedule
      .upcoming()
      .flatMap(({ subject, dueAtMs }) => (subject === "keys" ? [] : [{ environmentId: subject, dueAtMs }]));
  }

  #readAll(reason: RefreshReason): Iterable<ReadingId> {
    this.#directoryReads.request(DIRECTORY, reason);
    for (const environmentId of this.#directory.environmentIds()) this.#readEverything(environmentId, reason);
    return [DIRECTORY, ...this.#directory.served().map((entry) => entry.environmentId)];
  }

  #onScheduled(subject: number | "keys", dueAtMs: number): void {
    if (subject === "keys") {
      this.#reviewGrants();
      return;
    }
    this.#underWay.due(subject, dueAtMs);
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
      const refusal =
        keyRing.review(grant) ??
        ("environmentId" in grant ? this.documents.refusal(grant.environmentId) : undefined);
      return refusal && { kind: "refused", reason: refusal.reason, message: refusal.message };
    });
    this.#schedule.set("keys", keyRing.nextExpiryMs());
  }

  /** Looks whether the tables are as they must be, and polls while changes may not be announced. */
  async #checkSchema(): Promise<void> {
    const { schema, staleness } = this.#parts;
    await schema.check();
    this.#reconciler.poll(staleness.stale);
  }

  async #refreshDirectory(): Promise<void> {
    const { clock, database, databaseTime, schema } = this.#parts;
    const startedMs = clock.monotonicMs();
    await this.#checkSchema();
    if (!schema.readable) throw new SchemaChanged();
    const { columns, storage } = schema;
    const known = schema.settingsReadable ? undefined : this.#directory.known;
    const directory = await readDirectory(database, columns, { storage, known });
    databaseTime.observe(directory.readAtMs);
    const changed = changedEnvironments(this.#directory.read, directory);
    this.#take(directory, { adopted: false });
    this.#parts.onDirectory?.(directory);
    for (const environmentId of changed) this.#readEverything(environmentId, "change");
    this.#reports.worked(DIRECTORY, startedMs);
  }

  #take(directory: Directory, origin: { readonly adopted: boolean }): void {
    const { board, keyRing, schema } = this.#parts;
    this.#directory.take(directory, origin);
    const keysRead = origin.adopted || schema.columns.masterKeys;
    keyRing.load(directory.entries, keysRead ? directory.masterKeys : "unreadable");
    // First: who may no longer follow an organisation keeps its flags, and must not be told that they are gone.
    this.#reviewGrants();
    board.arrange(directory.entries);
    for (const { environmentId } of board.revisions()) {
      const entry = this.#directory.entry(environmentId);
      if (entry === undefined || !isServed(entry)) this.#retire(environmentId);
    }
  }

  #retire(environmentId: number): void {
    this.#parts.board.retire(environmentId);
    this.#publisher.forget(environmentId);
    this.#doubts.settled(environmentId);
    this.#ledger.forget(environmentId);
    this.#dirty.forget(environmentId);
    this.#environments.forget(environmentId);
    this.#reconciler.drop(environmentId);
    this.#parts.staleness.read(environmentId);
    this.#schedule.set(environmentId, null);
    this.#underWay.forget(environmentId);
    this.#parts.metrics.documents(this.#parts.board.revisions().length);
  }

  async #refresh(environmentId: number, reasons: ReadonlySet<RefreshReason>): Promise<void> {
    const entry = this.#directory.entry(environmentId);
    const settings = entry && this.#directory.current.settingsByProject.get(entry.projectId);
    if (entry === undefined || settings === undefined || !isServed(entry)) return;
    if (this.#ledger.held(environmentId) === "everything") return;
    if (!this.#parts.schema.readable || this.#directory.adopted) return;
    const scope = this.#dirty.take(environmentId);
    if (scope === undefined) return;
    const noticed = this.#underWay.take(environmentId);
    const held = (): ReturnType<ChangeLedger["held"]> => this.#ledger.held(environmentId);
    const startedMs = this.#parts.clock.monotonicMs();
    const announced = !reasons.has("resync") && (reasons.has("change") || reasons.has("schedule"));
    const request = { entry, settings, wanted: scope, held, announced };
    const outcome = await this.#publisher.publish(request).catch(async (thrown: unknown) => {
      this.#dirty.add(environmentId, scope);
      this.#underWay.putBack(environmentId, noticed);
      if (!isSchemaFailure(thrown)) throw thrown;
      await this.#checkSchema();
      if (this.#parts.schema.readable) throw thrown;
      // A comparison that waits for this environment asks for nothing more: whoever tries on until the tables can be read does.
      this.#directoryReads.request(DIRECTORY, "change");
      return undefined;
    });
    if (outcome === undefined) return;
    this.#dirty.add(environmentId, outcome.remains);
    const unfinished = isUnfinished(outcome);
    if (unfinished || isAnyHeld(held())) this.#underWay.putBack(environmentId, noticed);
    if (!unfinished) this.#reports.worked(environmentId, startedMs);
    this.#schedule.set(environmentId, outcome.nextLiveAtMs);
    if (outcome.kind === "gone") this.#directoryReads.request(DIRECTORY, "change");
    if (outcome.kind === "outdated") this.#readEverything(environmentId, "change");
    if (outcome.kind === "doubtful") {
      this.#doubts.arose(environmentId, reasons);
      this.#ledger.opensSeries({ environmentId, features: null, segments: null });
    } else this.#doubts.settled(environmentId);
    if (outcome.kind === "unchanged") this.#underWay.unchanged(environmentId);
    if (outcome.kind === "too_large") this.#reviewGrants();
    if (outcome.kind !== "changed") return;
    const times = this.#underWay.published(environmentId, noticed, this.#parts.databaseTime.nowMs());
    this.#reports.published(environmentId, reasons, times);
    this.#parts.onAccounted?.(environmentId, { ...times, causes: [...reasons].sort() }, noticed?.heardMs);
  }
}

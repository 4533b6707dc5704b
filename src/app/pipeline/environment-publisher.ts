import type { DirectoryEntry } from "../../model/access.ts";
import type { EnvironmentSnapshot, ProjectSettings } from "../../model/environment.ts";
import type { Translation } from "../../model/translation.ts";
import { beginReading, type EarlyReading } from "../../postgres/reading/read-environment.ts";
import { hashContent } from "../../publish/build-revision.ts";
import type { HeldIds } from "../../snapshot/change-ledger.ts";
import type { DatabaseTime } from "../../snapshot/database-time.ts";
import type { ReadScope, TouchedIds } from "../../snapshot/dirty-scopes.ts";
import { mergeReading } from "../../snapshot/merge-reading.ts";
import { RecentSnapshots } from "../../snapshot/recent-snapshots.ts";
import { SecondLook } from "../../snapshot/second-look.ts";
import { onlyWholeChanges } from "../../snapshot/whole-changes.ts";
import { messageOf } from "../../support/errors.ts";
import type { FailureListener } from "../../translate/failure.ts";
import { TranslationCaches } from "../../translate/kept/translation-caches.ts";
import { translateEnvironment } from "../../translate/translate-environment.ts";
import type { SchemaWatch } from "../database/schema-watch.ts";
import { ContentPublication, type ContentPublicationParts } from "./content-publication.ts";
import type { HeldDocument } from "./held-documents.ts";
import { LostFlags } from "./lost-flags.ts";
import type { PublishOutcome } from "./publish-outcome.ts";
import type { Rebuild } from "./rebuild.ts";

/** What a publisher is made of. */
export interface EnvironmentPublisherParts extends ContentPublicationParts {
  readonly schema: SchemaWatch;
  readonly databaseTime: DatabaseTime;
  readonly sizes: { readonly sizeBudgetBytes: number; readonly maxDocumentBytes: number };
  readonly timing: { readonly settleMs: number; readonly settleMaxMs: number };
  /** Takes the time of each stage. */
  readonly flow: { begin(environmentId: number): Rebuild };
  /** Resolves with `true` when all was heard that was announced before the call; `false`: that is not known. */
  readonly caughtUp: () => Promise<boolean>;
}

/** One environment to publish. */
export interface PublishRequest {
  readonly entry: DirectoryEntry;
  readonly settings: ProjectSettings;
  /** What is to be read; more is read where what was shown before is no longer remembered. */
  readonly wanted: ReadScope;
  /** Asked when all was heard that was announced of what the reading saw. */
  readonly held: () => HeldIds | "everything";
  /** Whether it is read because of what was announced, rather than to find out what was not. */
  readonly announced: boolean;
}

const NOTHING: TouchedIds = { features: [], segments: [] };

const NOTHING_HELD: HeldIds = { features: new Set(), segments: new Set() };

/** How long the first reading of an environment waits for a series to end, and for features without any state to get theirs. */
const IMPOSSIBLE_AT_MOST_MS = 5_000;

/** Features of so many environments are remembered in all; about 1 KB each. */
const MOST_FEATURES_REMEMBERED = 50_000;

/** What is kept of translations in all, so that a change costs only what changed: eight environments of 430 KB. */
const MOST_CACHE_BYTES = 64 * 1024 * 1024;

/** Takes one environment the whole way: reading, translation, hash, version, board. */
export class EnvironmentPublisher {
  readonly #parts: EnvironmentPublisherParts;
  readonly #shown = new RecentSnapshots(MOST_FEATURES_REMEMBERED);
  readonly #caches = new TranslationCaches(MOST_CACHE_BYTES);
  readonly #lost: LostFlags;
  readonly #secondLook: SecondLook;
  readonly #publication: ContentPublication;

  constructor(parts: EnvironmentPublisherParts) {
    this.#parts = parts;
    this.#lost = new LostFlags(parts.database, parts.logger);
    this.#secondLook = new SecondLook(parts.clock);
    this.#publication = new ContentPublication(parts);
  }

  /** Drops what is remembered of an environment that is no longer served. */
  forget(environmentId: number): void {
    this.#shown.forget(environmentId);
    this.#caches.forget(environmentId);
    this.#lost.forget(environmentId);
    this.#secondLook.forget(environmentId);
    this.#publication.forget(environmentId);
  }

  /** The document of an environment that is not shown because clients would not take it. */
  heldDocument(environmentId: number): HeldDocument | undefined {
    return this.#publication.held.get(environmentId);
  }

  /** All documents that are not shown because clients would not take them. */
  heldDocuments(): readonly HeldDocument[] {
    return this.#publication.held.list();
  }

  /** @throws what the database threw; nothing was published then. */
  async publish(request: PublishRequest): Promise<PublishOutcome> {
    const { entry, settings, wanted } = request;
    const { database, schema, databaseTime, flow } = this.#parts;
    const { environmentId } = entry;
    const rebuild = flow.begin(environmentId);
    const shown = this.#shown.get(environmentId);
    const part =
      wanted === "everything" || shown === undefined
        ? {}
        : { part: { ...wanted, versioned: shown.versioned } };
    let caughtUp: Promise<boolean> | undefined;
    const onMoment = (): void => {
      caughtUp = this.#parts.caughtUp();
    };
    const { columns, storage } = schema;
    const from = { environmentId, columns, settings, onMoment, ...(storage ? { storage } : {}) };
    const begun = await beginReading(database, { ...from, ...part });
    if (begun === undefined) return { kind: "gone", nextLiveAtMs: null, remains: NOTHING };
    const { reading, rest } = begun;
    databaseTime.observe(reading.readAtMs);
    rebuild.ended("read");
    const heardAll = (await caughtUp) === true;
    rebuild.ended("hear");
    const heldNow = request.held();
    const vanished = this.#vanished(environmentId, reading);
    const waits = this.#waits(environmentId, heldNow, vanished);
    if (waits !== undefined || heldNow === "everything") {
      return { kind: waits ?? "held", ...(await rest), remains: "everything" };
    }
    const held = shown === undefined ? NOTHING_HELD : heldNow;
    const announced = request.announced && heardAll;
    const kind = await this.#show({ entry, reading, rest, held, vanished, announced, rebuild });
    const { nextLiveAtMs } = await rest;
    if (kind === "doubtful") return { kind, nextLiveAtMs, remains: "everything" };
    const remains = { features: [...heldNow.features, ...vanished], segments: heldNow.segments };
    return { kind, nextLiveAtMs, remains };
  }

  /** Why nothing of a reading may be shown yet: a series, or one in an environment of which no earlier reading is known. */
  #waits(
    environmentId: number,
    held: HeldIds | "everything",
    vanished: readonly number[],
  ): "held" | "doubtful" | undefined {
    if (held === "everything") return "held";
    if (vanished.length + held.features.size + held.segments.size === 0) return undefined;
    if (this.#shown.get(environmentId) !== undefined) return undefined;
    if (this.#parts.board.current(environmentId) !== undefined) return "held";
    // A flag in a series would be missing, not as it was: the first document waits for it.
    return this.#secondLook.waitedFor(environmentId, "", IMPOSSIBLE_AT_MOST_MS) ? undefined : "doubtful";
  }

  async #lostAll(
    { environmentId, flagSetId, projectId }: DirectoryEntry,
    { features }: EnvironmentSnapshot,
  ): Promise<boolean> {
    const storage = this.#parts.schema.storageOf("features_feature");
    if (features.length > 0) this.#lost.has(environmentId, storage);
    if (features.length > 0 || this.#parts.board.current(environmentId) === undefined) return false;
    const shown = this.#shown.knows(environmentId) ? [...this.#shown.featureIds(environmentId)] : undefined;
    return await this.#lost.lost({ environmentId, flagSetId, projectId, shown, storage });
  }

  /** Features that were shown, still exist, and have no state at all now. */
  #vanished(environmentId: number, reading: EarlyReading): readonly number[] {
    if (reading.featuresWithoutState.length === 0) return [];
    const before = new Set(this.#shown.featureIds(environmentId));
    return reading.featuresWithoutState.filter((id) => before.has(id));
  }

  /**
   * Whether a change may be half done although no series was heard of: nobody announced it, or it is the first reading
   * of an environment that has just been written to, or whose features lack their states.
   */
  #isDoubtful(reading: EarlyReading, hash: string, announced: boolean): boolean {
    const { timing } = this.#parts;
    const { environmentId } = reading.snapshot;
    const isFirst = !this.#shown.knows(environmentId);
    const impossible = isFirst && reading.featuresWithoutState.length > 0;
    const fresh = isFirst && reading.readAtMs - reading.rowsChangedAtMs < timing.settleMs;
    const sure = isFirst ? !fresh && !impossible : announced;
    if (sure && !this.#secondLook.awaits(environmentId)) return false;
    if (!impossible) return !this.#secondLook.confirms(environmentId, hash, timing.settleMaxMs);
    return !this.#secondLook.waitedFor(environmentId, hash, IMPOSSIBLE_AT_MOST_MS);
  }

  #translate(snapshot: EnvironmentSnapshot, changed: boolean): Translation {
    const { sizes, logger } = this.#parts;
    const { environmentId } = snapshot;
    const onFailure: FailureListener = ({ what, id, name, thrown }) => {
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      logger.error(
        { environmentId, [`${what}Id`]: id, name, error: messageOf(thrown), stack },
        "this could not be translated, which is a bug: please report it; all else goes on",
      );
    };
    return this.#caches.translate(environmentId, changed, (cache) =>
      translateEnvironment(snapshot, { ...sizes, cache, onFailure }),
    );
  }

  async #show(options: {
    readonly entry: DirectoryEntry;
    readonly reading: EarlyReading;
    readonly rest: Promise<unknown>;
    readonly held: HeldIds;
    readonly vanished: readonly number[];
    readonly announced: boolean;
    readonly rebuild: Rebuild;
  }): Promise<"changed" | "unchanged" | "doubtful" | "outdated" | "too_large"> {
    const { entry, reading, rest, held, vanished, announced, rebuild } = options;
    const { board, logger } = this.#parts;
    const { environmentId } = entry;
    const previous = this.#shown.get(environmentId)?.snapshot;
    const snapshot = onlyWholeChanges({
      reading: mergeReading(previous, reading.snapshot, reading.part),
      previous,
      held,
      vanished,
    });
    if (vanished.length > 0) {
      logger.debug({ environmentId, features: vanished }, "features without any state are kept as they were");
    }
    // The first reading is asked for by the directory's change, but nobody changed the environment.
    const changed = announced && this.#shown.knows(environmentId);
    const content = hashContent(this.#translate(snapshot, changed));
    rebuild.ended("translate");
    await rest;
    const current = board.current(environmentId);
    if (await this.#lostAll(entry, snapshot)) return "doubtful";
    if (current?.hash === content.hash) this.#secondLook.forget(environmentId);
    else if (this.#isDoubtful(reading, content.hash, announced)) {
      logger.debug({ environmentId }, "a change that may be half done is looked at again");
      return "doubtful";
    }
    const kind = await this.#publication.publish({ entry, reading, content, current, rebuild });
    // Not what was overtaken: while a series lasts a flag stays as it was shown, and this never will be.
    if (kind !== "outdated") {
      this.#shown.set(environmentId, { snapshot, versioned: reading.versioned }, changed);
    }
    return kind;
  }
}

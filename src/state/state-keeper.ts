import type { Revision } from "../model/revision.ts";
import { backoffDelayMs } from "../support/backoff.ts";
import type { Clock, Timer } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import type { SavedDirectory, StateOrigin } from "./saved-state.ts";
import type { SaveOutcome, StateDirectory } from "./state-directory.ts";

/** What a keeper tells. */
export interface StateKeeperEvents {
  onSaved(outcome: SaveOutcome): void;
  /** Once per trouble, not per attempt. */
  onTrouble(error: Error): void;
  onRecovered(): void;
  /** A file of another installation or release is in the way and stays as it is; told once per file. */
  onInTheWay(file: string): void;
  /** How many files are yet to be written. */
  onWaiting(count: number): void;
}

/** What a keeper needs. */
export interface StateKeeperParts {
  readonly directory: StateDirectory;
  /** See {@link StateOrigin}. */
  readonly target: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: StateKeeperEvents;
}

interface SeenDocument {
  readonly revision: Revision;
  readonly readAtMs: number;
}

/** Between two rounds, so that an environment which changes all the time is not written all the time. */
const PAUSE_MS = 100;

const RETRY = { baseMs: 500, capMs: 30_000 } as const;

/** A stopping process waits so long for what is still to be written. */
const CLOSE_LIMIT_MS = 2_000;

/**
 * Brings to disk what was last seen of each environment, one file at a time, on its own time: telling it something
 * costs nothing and cannot fail. Of each environment only the newest document waits, so what waits is bounded by what
 * is served.
 */
export class StateKeeper {
  readonly #parts: StateKeeperParts;
  readonly #documents = new Map<number, SeenDocument>();
  readonly #inTheWay = new Set<string>();
  #environments: SavedDirectory | undefined;
  #served: ReadonlySet<number> = new Set();
  #origin: StateOrigin | undefined;
  /** The installation among whose files no other's are left. */
  #alone: string | undefined;
  #pause: Timer | undefined;
  #round: Promise<void> | undefined;
  #failures = 0;
  #closed = false;

  constructor(parts: StateKeeperParts) {
    this.#parts = parts;
  }

  /** This is the newest document of its environment, or still is. One that the directory does not serve is not kept. */
  document(revision: Revision, readAtMs: number): void {
    if (!this.#served.has(revision.environmentId)) return;
    this.#documents.set(revision.environmentId, { revision, readAtMs });
    this.#wake(PAUSE_MS);
  }

  /** These are the environments now. Documents of those that are no longer served are removed. */
  environments(directory: SavedDirectory): void {
    const { target } = this.#parts;
    this.#environments = directory;
    this.#origin = { target, installation: directory.installation };
    this.#served = servedIn(directory);
    for (const id of this.#documents.keys()) if (!this.#served.has(id)) this.#documents.delete(id);
    this.#wake(PAUSE_MS);
  }

  /** Resolves when nothing waits any more, or the disk refuses. */
  async settled(): Promise<void> {
    while (this.#waiting() > 0 && this.#failures === 0) {
      this.#pause?.cancel();
      await this.#begin();
    }
  }

  /** Writes what waits, within a limit, and takes no more. */
  async close(): Promise<void> {
    let limit: Timer | undefined;
    const tooLong = new Promise<void>((resolve) => {
      limit = this.#parts.clock.after(CLOSE_LIMIT_MS, resolve);
    });
    await Promise.race([this.settled(), tooLong]);
    limit?.cancel();
    this.#closed = true;
    this.#pause?.cancel();
  }

  #waiting(): number {
    return this.#documents.size + (this.#environments === undefined ? 0 : 1);
  }

  #wake(delayMs: number): void {
    this.#parts.events.onWaiting(this.#waiting());
    if (this.#closed || this.#round !== undefined || this.#pause !== undefined) return;
    this.#pause = this.#parts.clock.after(delayMs, () => void this.#begin());
  }

  #begin(): Promise<void> {
    this.#pause = undefined;
    this.#round ??= this.#writeAll().finally(() => {
      this.#round = undefined;
      if (this.#waiting() > 0) this.#wake(this.#delayMs());
    });
    return this.#round;
  }

  #delayMs(): number {
    const { random } = this.#parts;
    return this.#failures === 0 ? PAUSE_MS : backoffDelayMs(this.#failures - 1, { ...RETRY, random });
  }

  async #writeAll(): Promise<void> {
    const { directory, events } = this.#parts;
    const origin = this.#origin;
    if (origin === undefined) return;
    try {
      if (this.#failures > 0) await directory.prepare();
      if (this.#alone !== origin.installation) await directory.refuseForeign(origin);
      this.#alone = origin.installation;
      await this.#writeEnvironments();
      for (const [id, seen] of [...this.#documents]) await this.#writeDocument(origin, id, seen);
      await directory.flush();
    } catch (thrown) {
      this.#failures += 1;
      if (this.#failures === 1)
        events.onTrouble(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
      return;
    }
    if (this.#failures > 0) events.onRecovered();
    this.#failures = 0;
    events.onWaiting(this.#waiting());
  }

  /** Before the documents: a key that was revoked must not be good after a crash because documents were in its way. */
  async #writeEnvironments(): Promise<void> {
    const { directory, target } = this.#parts;
    const environments = this.#environments;
    if (environments === undefined) return;
    const outcome = await directory.saveDirectory(target, environments);
    this.#tell("directory", outcome);
    if (outcome === "saved" || outcome === "unchanged") {
      await directory.removeDocumentsExcept(servedIn(environments));
    }
    if (this.#environments === environments) this.#environments = undefined;
  }

  async #writeDocument(origin: StateOrigin, environmentId: number, known: SeenDocument): Promise<void> {
    const { directory } = this.#parts;
    const { revision, readAtMs } = known;
    if (this.#documents.get(environmentId) !== known) return;
    const { projectId, flagSetId, hash, versionMs } = revision;
    const saved = { environmentId, projectId, flagSetId, hash, versionMs, readAtMs };
    try {
      const outcome = await directory.saveDocument(origin, saved, () => revision);
      this.#tell(`environment ${environmentId}`, outcome);
    } catch (thrown) {
      this.#tryLast(environmentId, known);
      throw thrown;
    }
    if (this.#documents.get(environmentId) === known) this.#documents.delete(environmentId);
  }

  /** A round ends at the first failure: one file that cannot be written must not keep the others from being. */
  #tryLast(environmentId: number, failed: SeenDocument): void {
    if (this.#documents.get(environmentId) !== failed) return;
    this.#documents.delete(environmentId);
    this.#documents.set(environmentId, failed);
  }

  #tell(file: string, outcome: SaveOutcome): void {
    this.#parts.events.onSaved(outcome);
    if (outcome !== "refused" || this.#inTheWay.has(file)) return;
    this.#inTheWay.add(file);
    this.#parts.events.onInTheWay(file);
  }
}

function servedIn({ entries }: SavedDirectory): ReadonlySet<number> {
  return new Set(
    entries.filter(({ obstacle }) => obstacle === null).map(({ environmentId }) => environmentId),
  );
}

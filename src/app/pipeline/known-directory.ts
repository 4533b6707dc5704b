import type { DirectoryEntry } from "../../model/access.ts";
import type { Directory } from "../../postgres/reading/read-directory.ts";

const EMPTY: Directory = {
  entries: [],
  masterKeys: [],
  settingsByProject: new Map(),
  readAtMs: 0,
  installation: "",
};

/** Whether an environment is to have a document. */
export function isServed(entry: DirectoryEntry): boolean {
  return entry.obstacle === null && !entry.creating;
}

/** The directory as it was last read, or, before that, as it was once kept on disk. */
export class KnownDirectory {
  #directory = EMPTY;
  #adopted = false;
  #entries: ReadonlyMap<number, DirectoryEntry> = new Map();

  /** `undefined`: it was neither read nor adopted yet. */
  get known(): Directory | undefined {
    return this.#directory === EMPTY ? undefined : this.#directory;
  }

  /** The directory stems from another time, and nothing may be read by it: all is read once it was read itself. */
  get adopted(): boolean {
    return this.#adopted;
  }

  get current(): Directory {
    return this.#directory;
  }

  /** What was read by itself, against which a new reading is compared. */
  get read(): Directory {
    return this.#adopted ? EMPTY : this.#directory;
  }

  entry(environmentId: number): DirectoryEntry | undefined {
    return this.#entries.get(environmentId);
  }

  environmentIds(): Iterable<number> {
    return this.#entries.keys();
  }

  /** Environments that are to have a document. */
  served(): readonly DirectoryEntry[] {
    return this.#directory.entries.filter(isServed);
  }

  /** Takes a directory that was read, or (`adopted`) one of another time. */
  take(directory: Directory, { adopted }: { readonly adopted: boolean }): void {
    this.#directory = directory;
    this.#adopted = adopted;
    this.#entries = new Map(directory.entries.map((entry) => [entry.environmentId, entry]));
  }
}

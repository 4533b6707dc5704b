import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../support/clock.ts";
import type { ErrorCode } from "../support/error-catalogue.ts";
import { codeOf } from "../support/errors.ts";
import {
  flushFolder,
  preparePrivateFolder,
  readPrivateFile,
  replacePrivateFile,
  sweepTemporaryFiles,
} from "./private-files.ts";
import type {
  ExpectedOrigin,
  SavedDirectory,
  SavedDocument,
  SavedRevision,
  StateOrigin,
} from "./saved-state.ts";
import {
  decodeStateFile,
  encodeStateFile,
  peekStateFile,
  type StateFileContent,
  type StateFileFault,
} from "./state-file.ts";
import {
  directoryContent,
  directoryOf,
  documentHeadOf,
  documentOf,
  readHead,
  type StateHead,
} from "./state-records.ts";

/** Why a file is not believed; docs/errors.md says what to do about each. */
export type StateFault = Extract<
  ErrorCode,
  "STATE_CORRUPT" | "STATE_FOREIGN" | "STATE_NEWER" | "STATE_UNSAFE"
>;

/** A file that is not believed, and what it is called now; `undefined`: it could not be moved, and is not served either. */
export interface RefusedFile {
  readonly file: string;
  readonly code: StateFault;
  readonly movedTo: string | undefined;
}

/** What saving came to. `outdated`: another process saved a later reading; `refused`: the file there is not ours to replace. */
export type SaveOutcome = "saved" | "unchanged" | "outdated" | "refused";

const DIRECTORY_FILE = "directory.state";
const DOCUMENT_FILE = /^environment-(\d{1,15})\.state$/;

/** No writer needs so long for one file; an older temporary one is what a killed writer left. */
const TEMPORARY_AT_MOST_MS = 600_000;

/** The directory's moment on disk is at most so much older than the last reading of it. */
const REFRESH_MS = 10_000;

const FAULT_CODES: Readonly<Record<StateFileFault, StateFault>> = {
  corrupt: "STATE_CORRUPT",
  newer: "STATE_NEWER",
};

/** The files of one state directory. Any number of processes may use it: each file is replaced at one stroke. */
export class StateDirectory {
  readonly path: string;
  readonly #clock: Clock;
  readonly #onRefused: (refused: RefusedFile) => void;

  constructor(options: {
    readonly path: string;
    readonly clock: Clock;
    readonly onRefused: (refused: RefusedFile) => void;
  }) {
    this.path = options.path;
    this.#clock = options.clock;
    this.#onRefused = options.onRefused;
  }

  /**
   * Makes the folder if need be.
   *
   * @throws FlagsmithFlagdError STATE_UNSAFE; what the file system says.
   */
  async prepare(): Promise<void> {
    await preparePrivateFolder(this.path);
    await sweepTemporaryFiles(this.path, this.#clock.now() - TEMPORARY_AT_MOST_MS);
  }

  /** Moves aside whatever came from another database. */
  async refuseForeign(expected: ExpectedOrigin): Promise<void> {
    const names = await readdir(this.path).catch((thrown: unknown) => {
      if (codeOf(thrown) === "ENOENT") return [];
      throw thrown;
    });
    for (const name of names) {
      if (name !== DIRECTORY_FILE && !DOCUMENT_FILE.test(name)) continue;
      const head = await this.#peek(name);
      if (typeof head === "object" && !isFrom(head, expected)) await this.#refuse(name, "STATE_FOREIGN");
    }
  }

  /** The directory of environments, if a good one of this database is there. */
  async loadDirectory(expected: ExpectedOrigin): Promise<SavedDirectory | undefined> {
    const content = await this.#load(DIRECTORY_FILE, expected);
    const directory = content && directoryOf(content);
    if (content !== undefined && directory === undefined) await this.#refuse(DIRECTORY_FILE, "STATE_CORRUPT");
    return directory;
  }

  /** An environment's document, if a good one is there. */
  async loadDocument(environmentId: number, expected: ExpectedOrigin): Promise<SavedDocument | undefined> {
    const name = documentFile(environmentId);
    const content = await this.#load(name, expected);
    const document = content && documentOf(content);
    if (document?.environmentId === environmentId) return document;
    if (content !== undefined) await this.#refuse(name, "STATE_CORRUPT");
    return undefined;
  }

  /** Says that a document which was read whole is still not what it says it is, and moves it aside. */
  async refuseDocument(environmentId: number): Promise<void> {
    await this.#refuse(documentFile(environmentId), "STATE_CORRUPT");
  }

  /**
   * Saves the directory unless the file says the same, or stems from a later reading. From time to time also if it says
   * the same: its moment tells how old all that is kept may be, and that no clock may show less.
   */
  async saveDirectory(target: string, directory: SavedDirectory): Promise<SaveOutcome> {
    const { head, body } = directoryContent(target, directory);
    return await this.#save(DIRECTORY_FILE, head, () => ({ details: {}, body }));
  }

  /**
   * Saves a document unless the file says the same, or stems from a later reading. The content is asked for only if it
   * is needed: a document that rests would have to be unzipped for it.
   */
  async saveDocument(
    origin: StateOrigin,
    revision: SavedRevision,
    content: () => Pick<SavedDocument, "bytes" | "findings">,
  ): Promise<SaveOutcome> {
    const head = documentHeadOf(origin, revision);
    return await this.#save(documentFile(revision.environmentId), head, () => {
      const { findings, bytes } = content();
      return { details: findings, body: bytes };
    });
  }

  /** Removes the documents of all other environments: what is not served must not be kept either. */
  async removeDocumentsExcept(environmentIds: ReadonlySet<number>): Promise<void> {
    for (const name of await readdir(this.path)) {
      const [, id] = DOCUMENT_FILE.exec(name) ?? [];
      if (id !== undefined && !environmentIds.has(Number(id)))
        await rm(join(this.path, name), { force: true });
    }
  }

  /** Makes what was saved and removed outlive a loss of power. */
  async flush(): Promise<void> {
    await flushFolder(this.path);
  }

  async #load(name: string, expected: ExpectedOrigin): Promise<StateFileContent | undefined> {
    const file = await readPrivateFile(join(this.path, name));
    if (file.kind === "absent") return undefined;
    if (file.kind === "unsafe") return await this.#refuse(name, "STATE_UNSAFE");
    const content = await decodeStateFile(file.bytes);
    if (typeof content === "string") return await this.#refuse(name, FAULT_CODES[content]);
    const head = readHead(content.head);
    if (head === undefined) return await this.#refuse(name, "STATE_CORRUPT");
    return isFrom(head, expected) ? content : await this.#refuse(name, "STATE_FOREIGN");
  }

  async #save(
    name: string,
    head: StateHead,
    content: () => Pick<StateFileContent, "details" | "body">,
  ): Promise<SaveOutcome> {
    const present = await this.#peek(name);
    if (present === "newer") return "refused";
    if (present !== undefined) {
      if (!isFrom(present, head.origin)) return "refused";
      if (saysTheSame(present, head)) return "unchanged";
      if (present.readAtMs > head.readAtMs) return "outdated";
    }
    await replacePrivateFile(this.path, name, await encodeStateFile({ head, ...content() }));
    return "saved";
  }

  /** What is claimed by a file that could be served; `undefined`: there is none, or none that could be. */
  async #peek(name: string): Promise<StateHead | "newer" | undefined> {
    const file = await readPrivateFile(join(this.path, name), "peek");
    if (file.kind !== "read") return undefined;
    const peeked = peekStateFile(file.bytes);
    if (typeof peeked === "string") return peeked === "newer" ? "newer" : undefined;
    return readHead(peeked.head);
  }

  async #refuse(name: string, code: StateFault): Promise<undefined> {
    const time = new Date(this.#clock.now()).toISOString().replaceAll(/[-:.]/g, "");
    const aside = `${name}.rejected-${time}`;
    const moved = await rename(join(this.path, name), join(this.path, aside)).then(
      () => true,
      () => false,
    );
    this.#onRefused({ file: name, code, movedTo: moved ? aside : undefined });
  }
}

function documentFile(environmentId: number): string {
  return `environment-${environmentId}.state`;
}

function isFrom({ origin }: StateHead, { target, installation }: ExpectedOrigin): boolean {
  if (installation !== undefined) return origin.installation === installation;
  return origin.target === target;
}

function saysTheSame(present: StateHead, wanted: StateHead): boolean {
  if (present.origin.target !== wanted.origin.target) return false;
  if (present.kind === "directory") {
    const ageMs = wanted.readAtMs - present.readAtMs;
    return wanted.kind === "directory" && present.digest === wanted.digest && ageMs < REFRESH_MS;
  }
  return wanted.kind === "document" && present.hash === wanted.hash && present.versionMs === wanted.versionMs;
}

import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, FlagsmithFlagdError } from "../support/errors.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** Neither follows a link nor waits for the other end of a pipe. */
const READ_PLAIN_FILES = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** So much of a file is read to see what it is. */
const PEEK_BYTES = 32_768;

/** What reading a file came to. `unsafe`: it is not a plain file of this user that nobody else can open. */
export type PrivateFile =
  | { readonly kind: "absent" }
  | { readonly kind: "unsafe" }
  | { readonly kind: "read"; readonly bytes: Buffer };

/** Another user's file, or one that others may read or write, may hold anybody's flags: as OpenSSH treats keys. */
function isPrivate(stats: Stats): boolean {
  // On Windows there are no owners and modes of this kind, and the numbers say nothing.
  if (process.geteuid === undefined) return true;
  return stats.uid === process.geteuid() && (stats.mode & OTHERS) === 0;
}

/**
 * Makes the folder, and what is missing above it, for this user alone.
 *
 * @throws FlagsmithFlagdError STATE_UNSAFE if it is there and others may read or write it, or own it; what the file
 * system says if it cannot be made.
 */
export async function preparePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  await requirePrivateFolder(path);
}

/**
 * Looks at a folder without making it.
 *
 * @throws FlagsmithFlagdError STATE_UNSAFE if others may read or write it, or own it; what the file system says.
 */
export async function requirePrivateFolder(path: string): Promise<void> {
  const stats = await stat(path);
  if (isPrivate(stats)) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
  throw new FlagsmithFlagdError(
    "STATE_UNSAFE",
    `the state directory ${path} has mode ${mode} and belongs to user ${stats.uid}; it must have mode 0700 and belong to the user of this process (${process.geteuid?.()})`,
  );
}

/** Reads a file whole, or (`peek`) only its beginning, if it is this user's alone. Links are not followed. */
export async function readPrivateFile(path: string, how?: "peek"): Promise<PrivateFile> {
  let file: FileHandle;
  try {
    file = await open(path, READ_PLAIN_FILES);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return { kind: "absent" };
    if (codeOf(thrown) === "ELOOP" || codeOf(thrown) === "EACCES") return { kind: "unsafe" };
    throw thrown;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile() || !isPrivate(stats)) return { kind: "unsafe" };
    if (how === undefined) return { kind: "read", bytes: await file.readFile() };
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PEEK_BYTES), 0, PEEK_BYTES, 0);
    return { kind: "read", bytes: buffer.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

/**
 * Puts a file in place of the one of this name at one stroke: whoever reads, and whoever comes after a crash, finds the
 * old one or the new one, each whole. To outlive a loss of power the folder must be flushed too: {@link flushFolder}.
 */
export async function replacePrivateFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${name}.${randomBytes(6).toString("hex")}${TEMPORARY_ENDING}`);
  try {
    const file = await open(temporary, "wx", FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

const TEMPORARY_ENDING = ".tmp";

/** Makes the renames and removals in a folder last, where the file system can (Windows cannot, nor can some mounts). */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (thrown) {
    if (!CANNOT_FLUSH.has(codeOf(thrown) ?? "")) throw thrown;
  } finally {
    await handle.close();
  }
}

const CANNOT_FLUSH = new Set(["EISDIR", "EPERM", "EINVAL", "ENOTSUP"]);

/** Removes what a writer that was killed left behind: temporary files that nobody has touched since `beforeMs`. */
export async function sweepTemporaryFiles(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(".") || !name.endsWith(TEMPORARY_ENDING)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && stats.mtimeMs < beforeMs) await rm(path, { force: true });
  }
}

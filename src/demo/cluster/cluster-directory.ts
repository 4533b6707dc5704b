import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../support/errors.ts";
import type { ProcessUser } from "./unprivileged-user.ts";

const PREFIX = `flagsmith-flagd-postgres-${hostname().replace(/[^A-Za-z0-9]+/g, "-")}-`;

/** As root the cluster belongs to another user, whom a `TMPDIR` below /root would keep out. */
function parentDirectory(user: ProcessUser): string {
  return user.uid === undefined ? tmpdir() : "/tmp";
}

/** True while a process of that id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** A new folder for one cluster, readable by `user` alone. Its name tells which process on which machine made it. */
export async function makeClusterDirectory(user: ProcessUser): Promise<string> {
  const directory = await mkdtemp(join(parentDirectory(user), `${PREFIX}${process.pid}-`));
  if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
  return directory;
}

/**
 * Removes the folders of processes of this machine that are gone (killed together with their keeper, or by a power
 * cut). A Postgres that still runs in one notices the loss of its lock file and ends by itself within a minute.
 */
export async function sweepClusterDirectories(user: ProcessUser): Promise<void> {
  const parent = parentDirectory(user);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    // another user's folder stays: it is theirs to sweep
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FlagsmithFlagdError } from "../../support/errors.ts";

const run = promisify(execFile);

/** Numeric ids to start a process with. Empty: those of this process. */
export interface ProcessUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Who runs Postgres: this process's own user, or, as Postgres refuses to run as root, `postgres` where that user
 * exists, else `nobody`, which exists everywhere. No user is ever created: a demo must not change its machine.
 */
export async function unprivilegedUser(): Promise<ProcessUser> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
      return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
    } catch {
      // this machine has no such user: ask for the next
    }
  }
  throw new FlagsmithFlagdError(
    "DEMO_UNAVAILABLE",
    "Postgres does not run as root, and this machine has neither a user `postgres` nor `nobody`",
  );
}

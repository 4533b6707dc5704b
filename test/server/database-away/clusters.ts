import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/demo/cluster/embedded-postgres.ts";
import { KEEP_MARK } from "../../../src/demo/cluster/postgres-keeper.ts";
import { eventually } from "../harness.ts";

const run = promisify(execFile);

/** Kills the postmaster with SIGKILL, as the kernel does when memory is out, and leaves its data. */
export async function killPostmaster(postgres: EmbeddedPostgres): Promise<void> {
  await writeFile(join(postgres.directory, KEEP_MARK), "");
  const pid = Number.parseInt(await readFile(join(postgres.directory, "data", "postmaster.pid"), "utf8"), 10);
  process.kill(pid, "SIGKILL");
  await postgres.halt();
}

/** Starts it again; what is left of the killed one must be gone first. */
export async function revive(postgres: EmbeddedPostgres): Promise<void> {
  await eventually(() =>
    postgres.resume().then(
      () => true as const,
      () => undefined,
    ),
  );
}

/** A second cluster with the data and the passwords of the first, which is stopped for a moment. */
export async function cloneCluster(postgres: EmbeddedPostgres): Promise<EmbeddedPostgres> {
  const copy = await startEmbeddedPostgres();
  await Promise.all([postgres.halt(), copy.halt()]);
  await rm(join(copy.directory, "data"), { recursive: true });
  await run("cp", ["-a", join(postgres.directory, "data"), join(copy.directory, "data")]);
  await Promise.all([postgres.resume(), copy.resume()]);
  return copy;
}

/** The same role and password at another cluster. */
export function withAddressOf(url: string, other: EmbeddedPostgres): string {
  const changed = new URL(url);
  changed.port = new URL(other.url).port;
  return changed.href;
}

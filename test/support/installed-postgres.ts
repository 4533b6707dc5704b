import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { unprivilegedUser } from "../../src/demo/cluster/unprivileged-user.ts";

const run = promisify(execFile);
const ROOT = "/usr/lib/postgresql";
const PROGRAMS = ["initdb", "postgres", "pg_dump", "pg_restore", "psql"];

/** A cluster of the Postgres that the system's packages brought, with its client programs. */
export interface InstalledPostgres {
  databaseUrl(name: string): string;
  /** Runs a client program of the same version; gives its standard output. */
  run(program: string, args: readonly string[], input?: string): Promise<string>;
  stop(): Promise<void>;
}

/** The folder of programs of the newest installed server, as Debian's packages lay it out. */
export function installedPrograms(): string | undefined {
  const versions = existsSync(ROOT)
    ? readdirSync(ROOT).sort((left, right) => Number(right) - Number(left))
    : [];
  return versions
    .map((version) => join(ROOT, version, "bin"))
    .find((folder) => PROGRAMS.every((program) => existsSync(join(folder, program))));
}

/** Like `describe`, for suites that need pg_dump and a server of its version: else they are skipped, and say so. */
export function describeWithInstalledPostgres(title: string, suite: (programs: string) => void): void {
  const programs = installedPrograms();
  if (programs !== undefined) {
    describe(title, () => suite(programs));
    return;
  }
  console.warn(`SKIPPED for want of an installed Postgres with pg_dump below ${ROOT}: ${title}`);
  describe.skip(title, () => {
    it("needs an installed Postgres", () => undefined);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Makes and starts a cluster in a temporary folder, on 127.0.0.1 without a password; the caller stops it. */
export async function startInstalledPostgres(programs: string): Promise<InstalledPostgres> {
  const user = await unprivilegedUser();
  const directory = await mkdtemp(join(tmpdir(), `flagd-postgres-${randomBytes(3).toString("hex")}-`));
  if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
  const data = join(directory, "data");
  const options = { ...user, cwd: directory, env: { LC_ALL: "C" } };
  const initdb = ["-D", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"];
  await run(join(programs, "initdb"), initdb, options);
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, ...settings.flatMap((setting) => ["-c", setting])],
    { ...options, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let words = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-2_000);
      if (words.includes("ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(words)));
  });
  return {
    databaseUrl: (name) => `postgresql://postgres@127.0.0.1:${port}/${name}`,
    async run(program, args, input) {
      const started = run(join(programs, program), args, { maxBuffer: 64 * 1_024 * 1_024 });
      started.child.stdin?.end(input);
      return (await started).stdout;
    },
    async stop() {
      server.kill("SIGINT");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "vitest";
import { freePort } from "./free-port.ts";
import { makeScratchFolder } from "./scratch-folder.ts";

const PGBOUNCER = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));

/** Like `describe`, for suites that need the machine's PgBouncer: without it they are skipped, and say so. */
export function describeWithPgBouncer(title: string, suite: (program: string) => void): void {
  if (PGBOUNCER !== undefined) {
    describe(title, () => suite(PGBOUNCER));
    return;
  }
  console.warn(`SKIPPED for want of pgbouncer (apt-get install pgbouncer): ${title}`);
  describe.skip(title, () => {
    it("needs PgBouncer", () => undefined);
  });
}

/** A PgBouncer in front of one database. */
export interface PgBouncer {
  /** Leads to the database through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the machine's PgBouncer in front of the database at `url`. */
export async function startPgBouncer(
  program: string,
  url: string,
  mode: "transaction" | "session",
): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const scratch = await makeScratchFolder("pgbouncer");
  const pooledPort = await freePort();
  const file = join(scratch.path, "pgbouncer.ini");
  await writeFile(
    file,
    `[databases]
pooled = host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${pooledPort}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
`,
    { mode: 0o644 },
  );
  const child = spawn(program, [file], {
    ...scratch.user,
    cwd: scratch.path,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`pgbouncer ended: ${words}`)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
      if (words.includes("process up")) resolve();
    });
  });
  return {
    url: `postgresql://any@127.0.0.1:${pooledPort}/pooled`,
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
      await scratch.remove();
    },
  };
}

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { makeScratchFolder } from "./scratch-folder.ts";

const run = promisify(execFile);

/** One of the two servers. */
export interface ReplicatedServer {
  readonly url: string;
}

/** A primary and a standby that follows it, by the machine's own Postgres. */
export interface ReplicatedPostgres {
  readonly primary: ReplicatedServer;
  readonly standby: ReplicatedServer;
  /** Ends the standby's following: it is a primary afterwards, its connections stay open. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** @param bin the folder of its programs */
export async function startReplicatedPostgres(bin: string): Promise<ReplicatedPostgres> {
  const scratch = await makeScratchFolder("replicated");
  const { user } = scratch;
  const program = (name: string, ...given: readonly string[]): Promise<unknown> =>
    run(join(bin, name), given, { ...user, cwd: scratch.path });
  const children: ChildProcess[] = [];

  const start = async (name: string): Promise<{ url: string; port: string }> => {
    const port = await freePort();
    const settings = { port, listen_addresses: "127.0.0.1", unix_socket_directories: "", fsync: "off" };
    const child = spawn(
      join(bin, "postgres"),
      [
        "-D",
        join(scratch.path, name),
        ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
      ],
      { ...user, cwd: scratch.path, stdio: ["ignore", "ignore", "pipe"] },
    );
    children.push(child);
    let words = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`postgres ended: ${words}`)));
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        words = (words + text).slice(-4_000);
        if (/database system is ready to accept (read-only )?connections/.test(words)) resolve();
      });
    });
    return { port, url: `postgresql://postgres@127.0.0.1:${port}/postgres` };
  };

  const path = (name: string): string => join(scratch.path, name);
  await program(
    "initdb",
    "-D",
    path("primary"),
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "-N",
  );
  const primary = await start("primary");
  const from = ["-h", "127.0.0.1", "-p", primary.port, "-U", "postgres"];
  await program("pg_basebackup", ...from, "-D", path("standby"), "-R", "-X", "stream", "-c", "fast");
  const standby = await start("standby");
  return {
    primary,
    standby,
    promote: async () => void (await program("pg_ctl", "promote", "-w", "-D", path("standby"))),
    async stop() {
      for (const child of children) {
        const exited = once(child, "exit");
        child.kill("SIGQUIT");
        await exited;
      }
      await scratch.remove();
    },
  };
}

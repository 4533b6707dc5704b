import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { secretsIn } from "../support/secrets-watch.ts";

/** The built command. */
export const CLI_MAIN = resolve(import.meta.dirname, "../../dist/main.js");

/** How a run of the command ended. */
export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that is still running. */
export interface RunningCli {
  readonly child: ChildProcess;
  /** Resolves when standard output has shown the text. */
  shows(text: string): Promise<string>;
  readonly ended: Promise<CliRun>;
}

/** Starts the built command as a user would; no secret may be in what it says on standard error. It runs with nothing of this process' DATABASE_URL and ports in its environment. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const {
    DATABASE_URL: _,
    LISTEN_DATABASE_URL: __,
    SYNC_PORT: ___,
    MANAGEMENT_PORT: ____,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, [CLI_MAIN, ...args], {
    env: { ...inherited, NO_COLOR: "1", ...env },
  });
  let out = "";
  let err = "";
  const lookers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    for (const look of [...lookers]) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<CliRun>((done, fail) =>
    child.once("close", (code) => {
      const seen = secretsIn(err);
      if (seen.length === 0) done({ code, out, err });
      else fail(new Error(`${args[0]} shows ${seen.join("; ")}`));
    }),
  );
  return {
    child,
    ended,
    shows: (text) =>
      new Promise((found, fail) => {
        const look = (): void => {
          if (!out.includes(text)) return;
          lookers.delete(look);
          found(out);
        };
        lookers.add(look);
        look();
        ended.then(() => fail(new Error(`ended without showing "${text}":\n${out}\n${err}`)), fail);
      }),
  };
}

/** Runs the built command to its end. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  return startCli(args, env).ended;
}

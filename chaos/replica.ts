import { type ChildProcess, fork } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pause } from "../bench/measure.ts";
import type { InsideMemory, InsideQuestion } from "./processes/inside-server.ts";

/** How a server's process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a replica is started with. */
export interface ReplicaOptions {
  readonly name: string;
  readonly syncPort: number;
  readonly managementPort: number;
  readonly stateDir: string;
  /** All that the process writes, appended over restarts. */
  readonly logFile: string;
  /** The server's own options, by environment variable. */
  readonly env: Readonly<Record<string, string>>;
}

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url));
const INSIDE = new URL("./processes/inside-server.js", import.meta.url).href;
const READY_LIMIT_MS = 20_000;
const ASK_LIMIT_MS = 2_000;
const LOOK_EVERY_MS = 20;

/** One `flagsmith-flagd start`, which can be killed and started again on the same ports. */
export class Replica {
  readonly options: ReplicaOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<ProcessEnd> = Promise.resolve({ code: null, signal: null });

  constructor(options: ReplicaOptions) {
    this.options = options;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Whether the process runs, stopped or not. */
  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the process; does not wait for anything. */
  start(): void {
    const { syncPort, managementPort, stateDir, logFile, env } = this.options;
    const log = openSync(logFile, "a");
    const child = fork(MAIN, ["start"], {
      execArgv: ["--expose-gc", "--import", INSIDE],
      stdio: ["ignore", log, log, "ipc"],
      env: {
        PATH: process.env.PATH,
        HOST: "127.0.0.1",
        SYNC_PORT: String(syncPort),
        MANAGEMENT_PORT: String(managementPort),
        STATE_DIR: stateDir,
        ...env,
      },
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  }

  /** Sends a signal; the process may already be gone. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves when the process has ended. */
  ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  /** Kills the process and waits until it is gone. */
  async kill(): Promise<void> {
    // A stopped process dies of SIGKILL too.
    this.signal("SIGKILL");
    await this.#ended;
  }

  /** What `/readyz` answers now: a status, or 0 without an answer. */
  async readyStatus(): Promise<number> {
    return (await this.#get("/readyz"))?.status ?? 0;
  }

  /** Resolves when the replica says that it is ready. */
  async ready(): Promise<void> {
    const limit = Date.now() + READY_LIMIT_MS;
    while ((await this.readyStatus()) !== 200) {
      if (Date.now() > limit)
        throw new Error(`${this.options.name} is not ready: see ${this.options.logFile}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Sum of a metric over its labels, or over those with `label`; undefined if there is none, or no answer. */
  async metric(name: string, label = ""): Promise<number | undefined> {
    const answer = await this.#get("/metrics");
    if (answer === undefined) return undefined;
    const lines = (await answer.text()).split("\n");
    const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    const values = own.filter((line) => line.includes(label));
    if (values.length === 0) return undefined;
    return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** What the process holds after everything unused was collected. */
  memory(): Promise<InsideMemory> {
    return this.#ask({ kind: "memory" });
  }

  /** Sets the process's wall clock so far ahead of the machine's; 0 sets it right. */
  async setClock(aheadMs: number): Promise<void> {
    await this.#ask({ kind: "clock", aheadMs });
  }

  /** What the log says so far. */
  log(): string {
    return readFileSync(this.options.logFile, "utf8");
  }

  #get(path: string): Promise<Response | undefined> {
    return fetch(`http://127.0.0.1:${this.options.managementPort}${path}`, {
      signal: AbortSignal.timeout(ASK_LIMIT_MS),
    }).catch(() => undefined);
  }

  #ask<Answer>(question: InsideQuestion): Promise<Answer> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      if (child === undefined) return reject(new Error("not started"));
      child.once("message", (answer) => resolve(answer as Answer));
      child.send(question, (error) => {
        if (error !== null) reject(error);
      });
    });
  }
}

import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, FlagsmithFlagdError } from "../support/errors.ts";
import { isAlive } from "./cluster/cluster-directory.ts";
import { memberOf } from "./writer/read-rows.ts";

/** What other processes of the same user need to know of a running demo. */
export interface DemoState {
  /** The process that runs it. */
  readonly pid: number;
  /** Connection string of the demo's database, with its password: why the file is for its owner only. */
  readonly databaseUrl: string;
  /** The key of the environment that the demo's commands change and watch. */
  readonly environmentKey: string;
  /** `host:port` of the sync port. */
  readonly syncTarget: string;
}

function isDemoState(value: unknown): value is DemoState {
  return (
    typeof memberOf(value, "pid") === "number" &&
    ["databaseUrl", "environmentKey", "syncTarget"].every((name) => typeof memberOf(value, name) === "string")
  );
}

/** A file that is cut short is no state either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The folder of the file, one per user. */
function demoStateDirectory(): string {
  return join(tmpdir(), `flagsmith-flagd-demo-${process.getuid?.() ?? "user"}`);
}

function notRunning(reason: string, cause?: unknown): FlagsmithFlagdError {
  return new FlagsmithFlagdError("DEMO_UNAVAILABLE", reason, { cause });
}

/** Someone else may have made our folder in the common temporary one: what lies in it is then not to be trusted. */
async function assertOurs(directory: string): Promise<void> {
  const { uid, mode } = await stat(directory);
  const own = process.getuid?.();
  if (own !== undefined && (uid !== own || (mode & 0o022) !== 0)) {
    throw notRunning(`${directory} belongs to, or can be written by, another user`);
  }
}

/** Tells other processes where the demo's database is. A demo started later takes the file over. */
export async function writeDemoState(state: DemoState, directory = demoStateDirectory()): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await assertOurs(directory);
  const path = join(directory, "state.json");
  const draft = `${path}.${state.pid}`;
  await writeFile(draft, JSON.stringify(state), { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
}

/** Where the running demo's database is. Throws DEMO_UNAVAILABLE if none runs, or if it died and left its file. */
export async function readDemoState(directory = demoStateDirectory()): Promise<DemoState> {
  let text: string;
  try {
    await assertOurs(directory);
    text = await readFile(join(directory, "state.json"), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw notRunning("no demo is running", error);
    throw error;
  }
  const state = parsed(text);
  if (!isDemoState(state)) throw notRunning(`${directory} holds no state of this release's demo`);
  if (!isAlive(state.pid)) throw notRunning(`the demo (process ${state.pid}) is no longer running`);
  return state;
}

/** Takes the file away if it is still that of process `pid`; a later demo's stays. */
export async function removeDemoState(pid: number, directory = demoStateDirectory()): Promise<void> {
  const state = await readDemoState(directory).catch(() => undefined);
  if (state?.pid === pid) await rm(directory, { recursive: true, force: true });
}

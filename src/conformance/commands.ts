import { spawn } from "node:child_process";
import type { HookName, Hooks } from "./settings.ts";

/** Standard error of this process: what commands print must not mix with a report on standard output. */
const STDERR = 2;

/** Runs a command line in a shell. Rejects if it fails or takes longer than `withinMs`. */
function runCommand(command: string, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", STDERR, STDERR], timeout: withinMs });
    child.once("error", reject);
    // Not "close": a server that the command leaves behind holds standard error open.
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(code === null ? `ended by ${signal} (${withinMs} ms is the limit)` : `exit code ${code}`),
        );
    });
  });
}

/** Makes hooks of the command lines that were given. */
export function hooksOf(commands: Readonly<Partial<Record<HookName, string>>>, withinMs: number): Hooks {
  const given = Object.entries(commands).map(([name, command]) => [
    name,
    () => runCommand(command, withinMs),
  ]);
  return Object.fromEntries(given);
}

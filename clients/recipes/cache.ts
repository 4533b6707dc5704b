import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MOST_BUILD_MS = 900_000;

/** The sources of the clients; the compiled runner is started from the top of the repository. */
export const SOURCES = resolve("clients");

/** Where builds are kept, outside of the repository. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "flagsmith-flagd", "clients");
}

/** A folder of the cache that `make` fills once; sources of the client are copied into it every time. */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (!existsSync(join(folder, "ready"))) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await make(folder);
    await writeFile(join(folder, "ready"), "");
  }
  return folder;
}

/** Copies sources of a client into its folder of the cache, where they find what is installed there. */
export async function copySources(folder: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await cp(join(SOURCES, path), join(folder, path), { recursive: true });
}

/** Runs a tool; fails with what it wrote. */
export async function tool(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const env = { ...process.env, ...options.env };
  const { stdout } = await run(command, [...args], { ...options, env, timeout: MOST_BUILD_MS });
  return stdout;
}

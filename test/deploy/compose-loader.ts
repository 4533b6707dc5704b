import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { messageOf } from "../../src/support/errors.ts";
import { COMPOSE_FILE, type ComposeFile } from "./compose.ts";

const PROGRAM = join(import.meta.dirname, "compose-loader");
/** The library and its ten dependencies are fetched and compiled once; afterwards it takes a second. */
const BUILD_WITHIN_MS = 120_000;

/** The Compose file as the library reads it that `docker compose` is made of; `undefined`, loudly, where Go or the network is missing. */
export function loadWithCompose(env: Readonly<Record<string, string>>): ComposeFile | undefined {
  try {
    const text = execFileSync("go", ["run", ".", resolve(COMPOSE_FILE)], {
      cwd: PROGRAM,
      encoding: "utf8",
      env: { ...process.env, ...env },
      timeout: BUILD_WITHIN_MS,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(text) as ComposeFile;
  } catch (thrown) {
    console.warn(`SKIPPED for want of Compose's loader (Go module compose-go): ${messageOf(thrown)}`);
    return undefined;
  }
}

import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { copySources, SOURCES, tool } from "./cache.ts";
import { npmFolder } from "./npm.ts";
import type { Recipe } from "./recipe.ts";

const PACKAGE = "@connectrpc/connect-web";
const PINNED = versions.web[PACKAGE];
const { CHROMIUM = "/usr/bin/chromium" } = process.env;

/** Connect-Web in a page of a browser, bundled by esbuild as its users do. */
export const WEB: Recipe = {
  name: "web",
  title: "Browser",
  package: PACKAGE,
  registry: "npm",
  version: PINNED,
  snippet: { file: "web/follow.ts", language: "ts" },
  isProvider: false,
  async prepare(version = PINNED) {
    if (!existsSync(CHROMIUM))
      throw new Error(`no browser at ${CHROMIUM}: install chromium, or set CHROMIUM`);
    const folder = await npmFolder(`web-${version}`, { ...versions.web, [PACKAGE]: version });
    await copySources(folder, "web", "evaluate.mjs");
    await cp(resolve("src/gen/flagd/sync"), join(folder, "web/gen/flagd/sync"), { recursive: true });
    const script = join(folder, "page.js");
    const page = join(folder, "web", "page.ts");
    await tool(join(folder, "node_modules/.bin/esbuild"), [
      page,
      "--bundle",
      "--format=esm",
      "--minify",
      "--log-level=error",
      `--outfile=${script}`,
    ]);
    const environment = { PAGE_SCRIPT: script, CHROMIUM };
    return { command: [process.execPath, join(SOURCES, "web", "client.mjs")], environment, version };
  },
};

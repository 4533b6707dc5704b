/** The README's program for Node, with the variables that stand above it, run as it stands there. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { npmFolder } from "../../clients/recipes/npm.ts";
import versions from "../../clients/versions.json" with { type: "json" };
import { allPages, codeBlocks } from "./pages.ts";
import { makeProxiedPlace, type ProxiedPlace } from "./proxy-place.ts";

const blocks = allPages()
  .filter(({ path }) => path === "README.md")
  .flatMap(codeBlocks);
const program = blocks.find(({ language }) => language === "js")?.lines.join("\n") ?? "";
const variables =
  blocks.find(({ lines }) => lines.some((line) => line.includes("FLAGD_RESOLVER")))?.lines ?? [];

/** `undefined`: the packages cannot be had here. */
async function installed(): Promise<string | undefined> {
  try {
    return await npmFolder("readme-node", versions.node);
  } catch (thrown) {
    console.warn(`SKIPPED for want of npm's registry: the README's program for Node (${String(thrown)})`);
    return undefined;
  }
}

let place: ProxiedPlace;
let folder: string | undefined;
beforeAll(async () => {
  [place, folder] = await Promise.all([makeProxiedPlace(), installed()]);
});
afterAll(() => place?.close());

it("answers by the demo's key as selector", async () => {
  expect(program).toContain("new FlagdProvider()");
  expect(variables.join(" ")).toContain("FLAGD_SOURCE_SELECTOR=ser.demo-development-key");
  if (folder === undefined) return;
  const file = join(folder, "readme.mjs");
  writeFileSync(file, program);
  const shell = variables.join("\n").replace("FLAGD_PORT=8015", `FLAGD_PORT=${place.server.syncPort}`);
  const child = spawn("bash", ["-c", `${shell}\nexec '${process.execPath}' '${file}'`]);
  const said = await new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
    child.stderr.setEncoding("utf8").once("data", resolve);
  });
  child.kill("SIGKILL");
  expect(said).toBe("Hello Ada, this banner is yours alone\n");
});

it("names in its table what the packages are called", async () => {
  const [readme] = allPages().filter(({ path }) => path === "README.md");
  for (const name of [...Object.keys(versions.node), ...Object.keys(versions.python)].filter((each) =>
    each.includes("flagd"),
  )) {
    expect(readme?.text).toContain(`\`${name}\``);
  }
});

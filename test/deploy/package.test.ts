/** The package as users get it: packed, installed into an empty folder without install scripts, and run by npx there. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { freePort } from "../support/free-port.ts";

interface PackedFile {
  readonly path: string;
  readonly mode: number;
}

describe("the package", { timeout: 120_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "flagsmith-flagd-package-"));
  const folder = join(scratch, "empty");
  let files: readonly PackedFile[];
  let demo: ChildProcess | undefined;
  beforeAll(() => {
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch];
    const [packed] = JSON.parse(
      execFileSync("npm", pack, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
    files = packed.files;
    mkdirSync(folder);
    const install = [
      "install",
      "--prefix",
      folder,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
    ];
    execFileSync("npm", [...install, join(scratch, packed.filename)], { cwd: folder, stdio: "ignore" });
  }, 120_000);
  afterAll(async () => {
    if (demo?.pid !== undefined && demo.exitCode === null) {
      const closed = new Promise((done) => demo?.once("close", done));
      process.kill(-demo.pid, "SIGINT");
      await closed;
    }
    rmSync(scratch, { recursive: true, force: true });
  });

  it("holds the program and what it reads, and neither sources nor tests", () => {
    const paths = files.map(({ path }) => path);
    const tops = [...new Set(paths.map((path) => path.split("/")[0]))].sort();
    expect(tops).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "deploy",
      "dist",
      "openapi.yaml",
      "package.json",
      "proto",
    ]);
    expect(paths.filter((path) => path.startsWith("deploy/"))).toEqual([
      "deploy/grafana/flagsmith-flagd.json",
      "deploy/prometheus/flagsmith-flagd.rules.yaml",
    ]);
    expect(paths.filter((path) => path.endsWith(".ts"))).toEqual([]);
    const migrations = readdirSync("src/postgres/migrations").map(
      (name) => `dist/postgres/migrations/${name}`,
    );
    expect(paths).toEqual(expect.arrayContaining(migrations));
    const main = files.find(({ path }) => path === "dist/main.js");
    expect((main?.mode ?? 0) & 0o111).not.toBe(0);
  });

  it("installs without development packages", () => {
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const installed = readdirSync(join(folder, "node_modules"));
    const tools = Object.keys(devDependencies).filter((name) => !name.startsWith("@"));
    expect(installed.filter((name) => tools.includes(name))).toEqual([]);
  });

  it("runs by npx, which says its version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    const { status, stdout } = spawnSync("npx", ["--prefix", folder, "flagsmith-flagd", "--version"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });

  it("starts the demo by npx, which answers", async () => {
    const port = await freePort();
    const env = { ...process.env, SYNC_PORT: port, MANAGEMENT_PORT: "0", NO_COLOR: "1" };
    const child = spawn("npx", ["--prefix", folder, "flagsmith-flagd", "demo"], {
      cwd: folder,
      env,
      detached: true,
    });
    demo = child;
    let text = "";
    await new Promise<void>((shown, fail) => {
      for (const output of [child.stdout, child.stderr]) {
        output.setEncoding("utf8").on("data", (more: string) => {
          text += more;
          if (text.includes("Ctrl-C stops everything")) shown();
        });
      }
      child.once("close", () => fail(new Error(text)));
    });
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/flagd/flags.json`, {
      headers: { "x-environment-key": DEMO_KEYS.development },
    });
    expect(answer.status).toBe(200);
    expect(Object.keys(Object(await answer.json()).flags)).toContain("maintenance_mode");
  });
});

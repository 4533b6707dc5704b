/** The workflows of GitHub Actions: by their schema, and what they run is what is here. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { faults } from "./schema-check.ts";

const FOLDER = ".github/workflows";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (name: string): Workflow => parse(readFileSync(join(FOLDER, name), "utf8"));
const stepsOf = ({ jobs }: Workflow): readonly Step[] =>
  Object.values(jobs).flatMap(({ steps }) => steps ?? []);

describe.each(readdirSync(FOLDER))("%s", (name) => {
  it("is a workflow by GitHub's schema, and the schema finds a wrong word", () => {
    const workflow = read(name);
    expect(faults("github-workflows.json", workflow)).toEqual([]);
    expect(faults("github-workflows.json", { ...workflow, permisions: {} }).join()).toMatch(/permisions/);
  });

  it("may write nothing by default, and never runs for ever", () => {
    const { permissions, jobs } = read(name);
    expect(permissions).toEqual({ contents: "read" });
    const endless = Object.values(jobs).filter((job) => !job.uses && !job["timeout-minutes"]);
    expect(endless).toEqual([]);
  });

  it("names every action by its commit, with the release beside it", () => {
    const lines = readFileSync(join(FOLDER, name), "utf8").split("\n");
    const uses = lines.filter((line) => /\buses: /.test(line) && !line.includes("uses: ./"));
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("calls scripts that are there", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8"));
    const commands = stepsOf(read(name)).flatMap(({ run }) => run?.split("\n") ?? []);
    const scripts = commands.flatMap((line) =>
      [...line.matchAll(/(?:scripts\/[\w-]+\.mjs|\.ci\/run)/g)].flat(),
    );
    for (const path of scripts) expect({ path, there: existsSync(path) }).toEqual({ path, there: true });
    const named = commands.flatMap((line) =>
      [...line.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script),
    );
    for (const script of named) expect(Object.keys(manifest.scripts)).toContain(script);
    const folders = commands.flatMap((line) => [...line.matchAll(/\bdeploy\/[\w/-]+/g)].flat());
    for (const path of folders) expect({ path, there: existsSync(path) }).toEqual({ path, there: true });
  });
});

it("checks what is pushed and what is released with .ci/run", () => {
  expect(stepsOf(read("ci.yml")).map(({ run }) => run)).toContain(".ci/run");
  const { jobs } = read("release.yml");
  expect(jobs.check?.uses).toBe("./.github/workflows/ci.yml");
  for (const [name, job] of Object.entries(jobs)) {
    if (name !== "check") expect(Object(job).needs).toBe("check");
  }
});

const actionlint = ["actionlint", join(homedir(), "go", "bin", "actionlint")].find(
  (place) => spawnSync(place, ["-version"]).status === 0,
);
if (actionlint === undefined) {
  console.warn(
    "SKIPPED for want of actionlint (go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)",
  );
}
it.skipIf(actionlint === undefined)("has nothing that actionlint complains about", () => {
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  const { status, stdout } = spawnSync(actionlint ?? "", ["-no-color", ...files], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

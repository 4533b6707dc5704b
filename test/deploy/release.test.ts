/** What a release needs: a changelog of a known shape, notes that fit the version, and a bill of materials that is whole. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";

const scratch = mkdtempSync(join(tmpdir(), "flagsmith-flagd-release-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it("has a changelog that begins with what is unreleased, then versions with days, newest first", () => {
  const heads = [...readFileSync("CHANGELOG.md", "utf8").matchAll(/^## (.*)$/gm)].map(
    ([, head]) => head ?? "",
  );
  expect(heads[0]).toBe("Unreleased");
  const versions = heads
    .slice(1)
    .map((head) => /^(\d+)\.(\d+)\.(\d+), \d{4}-\d\d-\d\d$/.exec(head)?.slice(1).map(Number));
  const order = (parts: readonly number[] | undefined): number =>
    (parts ?? []).reduce((sum, part) => sum * 10_000 + part, 0);
  expect(versions).not.toContain(undefined);
  expect(versions).toEqual([...versions].sort((left, right) => order(right) - order(left)));
});

const CHART = "deploy/kubernetes/flagsmith-flagd/Chart.yaml";

/** Runs the script where every place says 7.8.9, but for what `change` does to it. */
function notesFor(version: string, change: (place: string, text: string) => string = (_, text) => text) {
  const folder = mkdtempSync(join(scratch, "notes-"));
  const own: string = JSON.parse(readFileSync("package.json", "utf8")).version;
  for (const place of ["package.json", "package-lock.json", CHART, "CHANGELOG.md"]) {
    const text = readFileSync(place, "utf8")
      .replace(`"version": "${own}"`, '"version": "7.8.9"')
      .replace(`"version": "${own}"`, '"version": "7.8.9"')
      .replace(`version: ${own}`, "version: 7.8.9")
      .replace(`appVersion: "${own}"`, 'appVersion: "7.8.9"')
      .replace(
        "## Unreleased\n",
        "## Unreleased\n\n## 7.8.9, 2027-01-02\n\n- What is new.\n\n## 0.0.1, 2020-01-01\n",
      );
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    writeFileSync(join(folder, place), change(place, text));
  }
  return spawnSync(process.execPath, [resolve("scripts/release-notes.mjs"), version], {
    cwd: folder,
    encoding: "utf8",
  });
}

it("prints the notes of a version that every place names", () => {
  expect(notesFor("7.8.9")).toMatchObject({ status: 0, stdout: "- What is new.\n", stderr: "" });
});

it.each([
  ["package.json", '"version": "7.8.9"', '"version": "7.8.8"'],
  ["package-lock.json", '"version": "7.8.9"', '"version": "7.8.8"'],
  [CHART, "\nversion: 7.8.9", "\nversion: 7.8.8"],
  [CHART, 'appVersion: "7.8.9"', 'appVersion: "7.8.8"'],
  ["CHANGELOG.md", "## 7.8.9, 2027-01-02", "## 7.8.8, 2027-01-02"],
])("refuses a version that %s does not say", (place, right, wrong) => {
  const { status, stdout, stderr } = notesFor("7.8.9", (name, text) =>
    name === place ? text.replace(right, wrong) : text,
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(place);
});

it("lists every package of a production install, with its hash, and none for development", () => {
  const files = ["first", "second"].map((name) => join(scratch, `${name}.cdx.json`));
  for (const file of files) {
    const run = spawnSync(process.execPath, ["scripts/sbom.mjs", file], {
      encoding: "utf8",
      env: { ...process.env, SOURCE_DATE_EPOCH: "1800000000" },
    });
    expect({ status: run.status, err: run.stderr }).toEqual({ status: 0, err: "" });
  }
  const [text, again] = files.map((file) => readFileSync(file, "utf8"));
  expect(again).toBe(text);
  const bill = JSON.parse(text ?? "");
  expect(bill).toMatchObject({
    bomFormat: "CycloneDX",
    serialNumber: expect.stringMatching(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    metadata: {
      timestamp: "2027-01-15T08:00:00.000Z",
      component: { name: "flagsmith-flagd", type: "application" },
    },
  });
  interface Locked {
    readonly version: string;
    readonly dev?: boolean;
  }
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const wanted = (Object.entries(packages) as [string, Locked][])
    .filter(([path, { dev }]) => path !== "" && !dev)
    .map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`);
  const listed = bill.components.map((component: { name: string; version: string }) =>
    [component.name, component.version].join("@"),
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
  for (const { purl, hashes } of bill.components) {
    expect(purl).toMatch(/^pkg:npm\//);
    expect(hashes).toHaveLength(1);
  }
});

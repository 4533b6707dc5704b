/** docs/conformance.md is made from the tables of the code: `UPDATE_DOCS=1 npx vitest run test/conformance` writes it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LEVELS } from "../../src/conformance/levels.ts";
import { renderPage } from "../../src/conformance/report/list.ts";
import { chosen, REQUIREMENTS, unknownBeginnings } from "../../src/conformance/requirements.ts";
import { HOOK_OPTIONS } from "../../src/conformance/settings.ts";

const PATH = "docs/conformance.md";
const HOOKS = /(<!-- made from src\/conformance\/settings\.ts[^\n]*-->\n)[\s\S]*?(<!-- until here -->)/;
const REQUIRED = /(<!-- made from src\/conformance: [^\n]*-->\n)[\s\S]*?(<!-- until the end -->)/;

function hookTable(): string {
  const rows = Object.values(HOOK_OPTIONS).map(({ option, does }) => `| \`${option}\` | ${does} |`);
  return ["| command | what it does |", "| --- | --- |", ...rows].join("\n");
}

it("docs/conformance.md says of every requirement and every command what the code says", () => {
  const page = readFileSync(PATH, "utf8");
  const wanted = page
    .replace(HOOKS, (_, before: string, after: string) => `${before}\n${hookTable()}\n\n${after}`)
    .replace(
      REQUIRED,
      (_, before: string, after: string) => `${before}\n${renderPage(REQUIREMENTS)}\n${after}`,
    );
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, wanted);
  else expect(page).toBe(wanted);
  for (const { id } of REQUIREMENTS) expect(wanted).toContain(`\`${id}\``);
  for (const { option } of Object.values(HOOK_OPTIONS)) expect(wanted).toContain(`| \`${option}\` |`);
});

it("ids are unique, and count up within their area", () => {
  const areas = [...new Set(REQUIREMENTS.map(({ id }) => id.split("-")[0]))];
  const counted = areas.flatMap((area) =>
    REQUIREMENTS.filter(({ id }) => id.startsWith(`${area}-`)).map(
      (_, index) => `${area}-${String(index + 1).padStart(3, "0")}`,
    ),
  );
  expect(REQUIREMENTS.map(({ id }) => id)).toEqual(counted);
});

it("what skips for another requirement names one that exists", () => {
  const ids = new Set<string>(REQUIREMENTS.map(({ id }) => id));
  const folder = "src/conformance/checks";
  const checks = readdirSync(folder)
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n");
  const named = [...checks.matchAll(/"([A-Z]+-\d+)(?: failed)?"/g)].map(([, id = ""]) => id);
  expect(named.length).toBeGreaterThan(REQUIREMENTS.length);
  for (const id of named) expect(ids).toContain(id);
});

it("a choice takes a level with those above it, the profile's own, and ids or their beginnings", () => {
  const ids = (choice: Partial<Parameters<typeof chosen>[0]>): string[] =>
    chosen({ profile: "any", level: "may", only: [], ...choice }).map(({ id }) => id);
  for (const level of LEVELS) {
    const levels = new Set(
      chosen({ profile: "any", level, only: [] }).map((requirement) => requirement.level),
    );
    expect([...levels].sort()).toEqual(LEVELS.slice(0, LEVELS.indexOf(level) + 1).toSorted());
  }
  expect(ids({})).not.toContain("SEL-007");
  expect(ids({ profile: "flagd" })).toContain("SEL-007");
  expect(ids({ profile: "flagsmith-flagd" })).not.toContain("SEL-007");
  expect(ids({ only: ["META"] })).toEqual(["META-001", "META-002", "META-003"]);
  expect(ids({ only: ["META-002", "DOC-001"] })).toEqual(["DOC-001", "META-002"]);
  expect(unknownBeginnings(["SYNC", "S", "CHG-9"])).toEqual(["S", "CHG-9"]);
});

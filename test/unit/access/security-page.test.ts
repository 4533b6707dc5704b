import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync("docs/security.md", "utf8");
const [, section = ""] = page.split("\n## Threats\n");
const rows = (section.split("\n## ")[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:threat |-)/.test(line));
const shownBy = rows.map((row) => row.split("|").at(-2) ?? "");
const CITED = /`((?:test|scripts)\/[^`]+)`(?:: "([^"]+)")?/g;

it("docs/security.md shows what stands against each threat by a test", () => {
  expect(rows.length).toBeGreaterThan(25);
  for (const cell of shownBy) expect(cell).toMatch(CITED);
});

it("names tests that exist, in files that exist", () => {
  const cited = shownBy.flatMap((cell) => [...cell.matchAll(CITED)]);
  expect(cited.length).toBeGreaterThan(rows.length);
  for (const [, path = "", name] of cited) {
    expect(existsSync(path), path).toBe(true);
    if (name !== undefined) expect(readFileSync(path, "utf8").includes(name), `${path}: ${name}`).toBe(true);
  }
});

it("names every threat once", () => {
  const threats = rows.map((row) => row.split("|")[1]?.trim());
  expect(new Set(threats).size).toBe(threats.length);
});

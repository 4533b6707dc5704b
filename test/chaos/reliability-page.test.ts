import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FAULTS } from "../../chaos/faults/all.ts";
import { OPTIONS } from "../../src/config/options.ts";

const page = readFileSync("docs/reliability.md", "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!fault|-)/.test(line) && !line.startsWith("|---"));

describe("docs/reliability.md", () => {
  it("shows every promise by a test or a fault", () => {
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const shownBy = row.split("|").at(-2) ?? "";
      expect(shownBy, row).toMatch(/`test\/[^`]+`|chaos: `/);
    }
  });

  it("names tests that exist", () => {
    const paths = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("names every fault that chaos injects, and no other", () => {
    const named = [...page.matchAll(/chaos: ((?:`[a-z-]+`(?:, )?)+)/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );
    expect([...new Set(named)].sort()).toEqual(FAULTS.map(({ name }) => name).sort());
  });

  it("names options that exist", () => {
    const known = new Set(Object.values(OPTIONS).map(({ env }) => env));
    const codes = new Set(["LISTENER_DEAF", "DATABASE_STANDBY", "DATABASE_UNREACHABLE"]);
    const named = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !known.has(name) && !codes.has(name))).toEqual([]);
  });
});

it("faults have names of their own", () => {
  const names = FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

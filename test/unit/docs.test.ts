/** What the catalogues in the documents list. Links, commands and examples are tested in test/docs. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WARNING_REASONS } from "../../src/model/warning.ts";
import { ERRORS } from "../../src/support/error-catalogue.ts";

/** First cells of all tables of a document that hold one word in code type. */
function documented(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^\| (?:<a id="\w+"><\/a>)?`(\w+)` +\|/gm)].map(
    (match) => match[1] ?? "",
  );
}

describe("the documents name what the code has, and nothing else", () => {
  it("docs/errors.md: every code and every reason of a refusal", () => {
    const access = readFileSync("src/model/access.ts", "utf8");
    const refusals = [...(/type RefusalReason =([^;]+);/.exec(access)?.[1] ?? "").matchAll(/"(\w+)"/g)];
    const problems = readFileSync("src/transports/http/problem.ts", "utf8");
    const others = [...(/type ProblemReason =([^;]+);/.exec(problems)?.[1] ?? "").matchAll(/"(\w+)"/g)];
    const folder = "src/transports/management";
    const management = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => [...readFileSync(`${folder}/${name}`, "utf8").matchAll(/reason: "(\w+)"/g)]);
    expect(management.length).toBeGreaterThan(5);
    expect(refusals.length).toBeGreaterThan(10);
    const expected = [
      ...Object.keys(ERRORS),
      ...[...refusals, ...others, ...management].map((match) => match[1] ?? ""),
    ];
    expect(documented("docs/errors.md").sort()).toEqual([...new Set(expected)].sort());
  });

  it("docs/translation.md: every warning", () => {
    expect(documented("docs/translation.md").sort()).toEqual([...WARNING_REASONS].sort());
  });

  it("docs/architecture.md: every room", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    const rooms = readdirSync("src", { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "gen")
      .map(({ name }) => name);
    expect(rooms.filter((name) => !page.includes(`](../src/${name})`))).toEqual([]);
  });

  it("docs/architecture.md: every decision", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    expect(readdirSync("docs/decisions").filter((name) => !page.includes(`](decisions/${name})`))).toEqual(
      [],
    );
  });
});

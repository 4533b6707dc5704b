import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPTIONS } from "../../src/config/options.ts";
import { WARNING_REASONS } from "../../src/model/warning.ts";
import { ERROR_ADVICE } from "../../src/support/errors.ts";

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
    expect(refusals).toHaveLength(14);
    const expected = [
      ...Object.keys(ERROR_ADVICE),
      ...[...refusals, ...others, ...management].map((match) => match[1] ?? ""),
    ];
    expect(documented("docs/errors.md").sort()).toEqual([...new Set(expected)].sort());
  });

  it("docs/translation.md: every warning", () => {
    expect(documented("docs/translation.md").sort()).toEqual([...WARNING_REASONS].sort());
  });

  it("links to files that exist", () => {
    for (const path of [
      "README.md",
      "CONTRIBUTING.md",
      "docs/errors.md",
      "docs/keys.md",
      "docs/cli.md",
      "docs/translation.md",
    ]) {
      const folder = path.includes("/") ? "docs/" : "";
      for (const [, target = ""] of readFileSync(path, "utf8").matchAll(/\]\((?!http|#)([^)#]+)/g)) {
        expect(() => readFileSync(`${folder}${target}`), `${path} links to ${target}`).not.toThrow(/ENOENT/);
      }
    }
  });

  it("names no option that does not exist", () => {
    const known = new Set(Object.values(OPTIONS).map((option) => option.env));
    for (const [, name = ""] of readFileSync("README.md", "utf8").matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)) {
      expect(known).toContain(name);
    }
  });
});

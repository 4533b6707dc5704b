import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const document = readFileSync("docs/translation.md", "utf8");
/** `[file]` or `[file: case]`, possibly broken over two lines; links have a parenthesis behind them. */
const references = [...document.matchAll(/\[([a-z]+(?:[-/][a-z]+)*)(?::\s+([^\]]+))?\](?!\()/g)].map(
  ([, file = "", title = ""]) => [file, title.replace(/\s+/g, " ")] as const,
);

describe("docs/translation.md", () => {
  it.each(references)("%s: %s", (file, title) => {
    const path = `test/unit/translate/${file}.test.ts`;
    expect(existsSync(path), path).toBe(true);
    expect(readFileSync(path, "utf8").replace(/\\"/g, '"')).toContain(title);
  });

  it("names a test for every rule, and numbers them without a gap", () => {
    const rules = document.split(/^(?=\d+\. )/m).filter((text) => /^\d+\. /.test(text));
    expect(rules.length).toBeGreaterThan(25);
    for (const [index, rule] of rules.entries()) {
      expect(rule.startsWith(`${index + 1}. **`), rule.slice(0, 40)).toBe(true);
      expect(/\[[a-z]/.test(rule.split("\n## ")[0] ?? ""), `rule ${index + 1} names no test`).toBe(true);
    }
  });
});

import { describe, expect, it } from "vitest";
import { createWatchReporter } from "../../../src/cli/following/watch-reporter.ts";
import { progressOn } from "../../../src/cli/terminal/progress.ts";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { keepingTerminal } from "./program.ts";

const flag = (value: unknown, more: object = {}) => ({
  state: "ENABLED",
  variants: { on: value },
  defaultVariant: "on",
  ...more,
});

const document = (flags: object, more: object = {}): string =>
  canonicalJson({ flags, metadata: { flagSetId: "shop/production", version: "1" }, ...more });

function reporting(json = false) {
  const terminal = keepingTerminal();
  const reporter = createWatchReporter({ terminal, json, target: "sync:8015", clock: new ManualClock() });
  return { lines: terminal.lines, reporter };
}

describe("watch", () => {
  it("tells the first document as a count and every other by what it changed", () => {
    const { lines, reporter } = reporting();
    reporter.pushed(document({ a: flag(1), b: flag(2) }));
    reporter.pushed(document({ a: flag(3), c: flag(4) }));
    expect(lines.map((line) => line.replace(/^\S+ {2}shop/, "shop"))).toEqual([
      expect.stringMatching(/^shop\/production {2}version 1 {2}\d+ bytes {2}2 flags$/),
      expect.stringMatching(/^shop\/production {2}version 1 {2}\d+ bytes$/),
      "  ~ a: 1 → 3 (variants)",
      "  - b: 2 → absent",
      "  + c: absent → 4",
    ]);
  });

  it("names the flags that a shared segment changed, and cuts what is long", () => {
    const { lines, reporter } = reporting();
    const long = "x".repeat(2_000);
    const flags = { [long]: flag("y".repeat(500), { targeting: { $ref: "adults" } }) };
    const adults = (age: number) => ({ $evaluators: { adults: { ">": [{ var: "age" }, age] } } });
    reporter.pushed(document(flags, adults(17)));
    reporter.pushed(document(flags, adults(20)));
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^ {2}~ x+…: "y+… \+ targeting \(targeting\)$/);
    expect(lines[2]?.length).toBeLessThan(200);
  });

  it("says so when no flag answers otherwise, and reads what other servers send", () => {
    const { lines, reporter } = reporting();
    const spaced = (value: number): string =>
      JSON.stringify({ metadata: { flagSetId: "shop/production" }, flags: { a: flag(value) } }, undefined, 2);
    reporter.pushed(spaced(1));
    reporter.pushed(spaced(1));
    reporter.pushed(spaced(2));
    expect(lines[1]).toMatch(/no flag answers otherwise$/);
    expect(lines.at(-1)).toBe("  ~ a: 1 → 2 (variants)");
  });

  it("compares each flag set with itself", () => {
    const { lines, reporter } = reporting(true);
    const of = (flagSetId: string, value: number): string =>
      canonicalJson({ flags: { a: flag(value) }, metadata: { flagSetId, version: "1" } });
    for (const text of [of("shop/a", 1), of("shop/b", 2), of("shop/a", 3)]) reporter.pushed(text);
    const told = lines.map((line) => JSON.parse(line));
    expect(told.map(({ flagSetId, first }) => [flagSetId, first])).toEqual([
      ["shop/a", true],
      ["shop/b", true],
      ["shop/a", false],
    ]);
    expect(told[2].changes).toEqual([
      { flag: "a", change: "changed", members: ["variants"], before: "1", after: "3" },
    ]);
  });

  it("has a line on a terminal that says whether it follows, and for how long nothing came", () => {
    const written: string[] = [];
    const progress = progressOn({ isTTY: true, columns: 200, write: (text) => written.push(text) });
    const clock = new ManualClock();
    const terminal = { ...keepingTerminal(), progress };
    const reporter = createWatchReporter({ terminal, json: false, target: "sync:8015", clock });
    clock.advance(1_000);
    expect(written.at(-1)).toMatch(/connecting to sync:8015; Ctrl-C ends$/);
    reporter.pushed(document({}));
    clock.advance(3_000);
    expect(written.at(-1)).toMatch(/following sync:8015, 1 push, the last 3 s ago; Ctrl-C ends$/);
    reporter.interrupted("reset");
    clock.advance(1_000);
    expect(written.at(-1)).toMatch(/connecting to sync:8015, 1 push, the last 4 s ago/);
    reporter.stop();
    expect([written.at(-1), clock.delays]).toEqual(["\r\u001b[K", []]);
  });
});

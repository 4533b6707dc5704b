/** The examples of docs/faq.md, by the rules of Flagsmith's engine and by flagd's own evaluator. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, SegmentRule } from "../../src/model/environment.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import { createFlagdEvaluator } from "../../src/verify/flagd-evaluator.ts";
import { createFlagsmithEngine } from "../../src/verify/flagsmith-engine.ts";
import { type FlagdContext, personOf } from "../../src/verify/person.ts";
import {
  condition,
  feature,
  forSegment,
  options,
  segment,
  snapshot,
  split,
} from "../support/build-snapshot.ts";

const page = readFileSync("docs/faq.md", "utf8");

/** The rows of the table below a mark, cell by cell, without code ticks. */
function table(mark: string): readonly (readonly string[])[] {
  const [, below = ""] = page.split(`<!-- faq: ${mark} -->`);
  const rows = (/^\n*((?:\|.*\n)+)/.exec(below)?.[1] ?? "").trim().split("\n").slice(2);
  expect(rows.length, mark).toBeGreaterThan(1);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1")),
  );
}

/** Both sides' answers to one flag; `undefined`: off, which is the caller's default. */
function sides(environment: EnvironmentSnapshot) {
  const flagd = createFlagdEvaluator(JSON.stringify(translateEnvironment(environment).content));
  const flagsmith = createFlagsmithEngine(environment);
  return {
    flagd: (flag: string, context: FlagdContext) => flagd.answer(flag, context)?.value,
    async flagsmith(flag: string, context: FlagdContext): Promise<unknown> {
      const answer = (await flagsmith.answer(personOf(context))).get(flag);
      return answer?.enabled ? (answer.value ?? true) : undefined;
    },
  };
}

/** As in the demo, where `recommendations` goes to the 10 % of segment 8: who is in by flagd depends on that number. */
const SEGMENT_ID = 8;

/** A flag that is on for the members of one segment alone. */
function forMembers(rule: SegmentRule): EnvironmentSnapshot {
  return snapshot({
    features: [
      feature(1, "flag", {
        environment: { enabled: false },
        segmentOverrides: [forSegment(SEGMENT_ID, 0, { enabled: true })],
      }),
    ],
    segments: [segment(SEGMENT_ID, "members", rule)],
  });
}

const all = (...conditions: SegmentRule["conditions"]): SegmentRule => ({
  type: "ALL",
  conditions,
  rules: [],
});
const people = Array.from({ length: 1_000 }, (_, index) => ({ targetingKey: `user-${index + 1}` }));

describe("docs/faq.md", () => {
  it("other people in my 10 %", async () => {
    const { flagd, flagsmith } = sides(forMembers(all(condition("", "PERCENTAGE_SPLIT", "10"))));
    const inFlagd = people.map((person) => flagd("flag", person) === true);
    const inFlagsmith: boolean[] = [];
    for (const person of people) inFlagsmith.push((await flagsmith("flag", person)) !== undefined);
    const count = (members: readonly boolean[]): string => String(members.filter(Boolean).length);
    expect(table("tenth").map(([, number]) => number)).toEqual([
      count(inFlagsmith),
      count(inFlagd),
      count(inFlagd.map((member, index) => member && inFlagsmith[index] === true)),
    ]);
    const wider = sides(forMembers(all(condition("", "PERCENTAGE_SPLIT", "20"))));
    for (const [index, person] of people.entries()) {
      if (inFlagd[index]) expect(wider.flagd("flag", person)).toBe(true);
    }
  });

  it("DISABLED rather than false", async () => {
    const segments = [segment(1, "beta", all(condition("beta", "EQUAL", "true")))];
    const make = (value: string | null, enabled: boolean, override: boolean): EnvironmentSnapshot =>
      snapshot({
        features: [
          feature(1, "flag", {
            environment: { enabled, value },
            segmentOverrides: override ? [forSegment(1, 0, { enabled: true, value })] : [],
          }),
        ],
        segments,
      });
    for (const [what = "", who = "", answer = "", byDefault = ""] of table("off")) {
      const environment = make(
        what.includes("blue") ? "blue" : null,
        what.startsWith("on"),
        what.includes("on for the segment"),
      );
      const context = { targetingKey: "ada", beta: who.startsWith("a member") };
      const { flagd, flagsmith } = sides(environment);
      const said = flagd("flag", context);
      expect(said === undefined ? "the caller's default" : JSON.stringify(said), `${what}, ${who}`).toBe(
        answer,
      );
      if (byDefault !== "") expect(String(said ?? true)).toBe(byDefault);
      const asFlagsmith = await flagsmith("flag", context);
      expect(said === false ? undefined : said, `${what}, ${who}`).toBe(asFlagsmith);
    }
  });

  it.each([
    { mark: "trait", rule: condition("plan", "EQUAL", "gold") },
    { mark: "dot", rule: condition("loyalty.tier", "EQUAL", "gold") },
    { mark: "number", rule: condition("age", "GREATER_THAN", "17") },
  ])("who is in the segment: $mark", async ({ mark, rule }) => {
    const { flagd, flagsmith } = sides(forMembers(all(rule)));
    for (const [context = "", member] of table(mark)) {
      const asked: FlagdContext = JSON.parse(context);
      expect(flagd("flag", asked) === true ? "yes" : "no", context).toBe(member);
      if (mark === "dot" || asked.targetingKey === undefined) continue;
      expect((await flagsmith("flag", asked)) === undefined ? "no" : "yes", context).toBe(member);
    }
  });

  it("shares of a split", () => {
    const environment = snapshot({
      features: [
        feature(1, "flag", {
          environment: { value: "control", allocations: split(30, 20) },
          options: options("one", "two"),
        }),
      ],
    });
    const { flagd } = sides(environment);
    const counts = new Map<unknown, number>();
    for (const person of people) {
      const answer = flagd("flag", person);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    for (const [answer, share] of Object.entries({ one: 300, two: 200, control: 500 })) {
      expect(Math.abs((counts.get(answer) ?? 0) - share)).toBeLessThan(60);
    }
  });
});

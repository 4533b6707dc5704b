/** The third JavaScript opinion is only worth something if its own operators are flagd's. */
import { describe, expect, test } from "vitest";
import { feature, options, snapshot, split } from "../support/build-snapshot.ts";
import { LOCAL_EVALUATORS, prepare } from "./check.ts";
import { endsWith, fractional, murmur3, semVer, startsWith } from "./evaluators/flagd-operators.ts";

describe("flagd's operators as json-logic-js has them", () => {
  test("murmur3 of flag key and targeting key, as flagd hashes", () => {
    expect(murmur3("fracuser-1")).toBe(3143590597);
    expect(murmur3("fracuser-2")).toBe(3993650063);
  });

  test("fractional gives up on anything but whole weights and text", () => {
    const data = { targetingKey: "user-1", $flagd: { flagKey: "frac" } };
    expect(fractional(data, ["a", 10], ["b", 20], ["c", 70])).toBe("c");
    expect(fractional(data, ["a", 12.5], ["b", 87.5])).toBeNull();
    expect(fractional({ $flagd: { flagKey: "frac" } }, ["a", 50], ["b", 50])).toBeNull();
    expect(fractional(data, 5, ["a", 50], ["b", 50])).toBeNull();
  });

  test.each([
    ["1.2.3", "=", "1.2.3+b5", true],
    ["v1.2", "=", "1.2.0", true],
    ["1.2.3-rc1", "<", "1.2.3", true],
    ["1.2.3-rc.2", "<", "1.2.3-rc.10", true],
    ["1.9.0", "^", "1.2.3", true],
    ["1.9.0", "~", "1.2.3", false],
    ["01.2.3", "!=", "1.2.3", null],
    ["abc", "!=", "1.2.3", null],
  ])("sem_ver %s %s %s is %s", (left, operator, right, expected) => {
    expect(semVer(left, operator, right)).toBe(expected);
  });

  test("starts_with and ends_with take texts only", () => {
    expect([startsWith("abc", "ab"), endsWith("abc", "bc"), startsWith(5, "5"), endsWith(null, "")]).toEqual([
      true,
      true,
      null,
      null,
    ]);
  });

  test("all three JavaScript evaluators put everybody into the same bucket", () => {
    const colour = feature(1, "colour", {
      options: options("red", "green"),
      environment: { value: "blue", allocations: split(33.3, 12.5) },
    });
    const people = Array.from({ length: 300 }, (_, index) => ({ identifier: `user-${index}`, traits: {} }));
    const { question } = prepare({ environment: snapshot({ features: [colour] }), people });
    const [compiled, ...others] = LOCAL_EVALUATORS.map(({ answersNow }) => answersNow(question));
    expect(new Set(compiled?.[0]).size).toBe(3);
    for (const other of others) expect(other).toEqual(compiled);
  });
});

import { expect, test } from "vitest";
import { translate } from "./evaluate.ts";

/** Conditions that people write every day: none of them is worth a warning. */
const ORDINARY: [operator: string, value: string][] = [
  ["EQUAL", "gold"],
  ["EQUAL", "5"],
  ["NOT_EQUAL", "free"],
  ["GREATER_THAN", "18"],
  ["LESS_THAN", "99.5"],
  ["GREATER_THAN_INCLUSIVE", "2024-01-05"],
  ["GREATER_THAN_INCLUSIVE", "2.4.0:semver"],
  ["IN", "a,b"],
  ["IN", "1,2,3"],
  ["CONTAINS", "@acme.io"],
  ["NOT_CONTAINS", "+test"],
  ["MODULO", "10|3"],
  ["REGEX", "^user-"],
  ["REGEX", "^[0-9]{5}$"],
  ["REGEX", ".*@example\\.com$"],
  ["REGEX", "^(ios|android)$"],
];

test.each(ORDINARY)("%s %j is no reason to warn", (operator, value) => {
  for (const negated of [false, true])
    expect(translate({ operator, value }, { negated }).warnings).toEqual([]);
});

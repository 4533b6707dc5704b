/**
 * Where a document answers otherwise than Flagsmith for some values and no warning says so, since only the caller's value
 * decides: docs/translation.md, "Known limits", has the same names. A limit that nobody wrote down is a bug.
 */
import type { Condition, SegmentRule } from "../../src/model/environment.ts";
import { asksFor } from "./asked-values.ts";
import type { Person } from "./model/condition.ts";
import type { Trait } from "./model/trait.ts";

/** What a document may answer at a limit: fewer members than Flagsmith has, or any. */
export type Allowance = "narrower" | "anything";

interface Limit {
  readonly name: string;
  readonly allows: Allowance;
  readonly concerns: (condition: Condition, trait: Trait) => boolean;
  /** It differs there: whoever cures it deletes the limit. */
  readonly example: { readonly operator: string; readonly value: string; readonly trait: Trait };
}

const DECIMAL = /^-?[0-9]+\.[0-9]+$/;
const NUMBER_LIKE = /^-?[0-9]+(\.[0-9]+)?$/;

/** All limits. */
export const LIMITS: readonly Limit[] = [
  {
    name: "prints of decimals",
    allows: "narrower",
    concerns: ({ operator }, trait) => operator === "REGEX" && isHardToPrint(trait),
    example: { operator: "REGEX", value: "^1", trait: 1e-7 },
  },
  {
    name: "decimal text of more than 15 digits",
    allows: "anything",
    concerns: ({ operator }, trait) =>
      ["EQUAL", "NOT_EQUAL"].includes(operator) && isText(trait, DECIMAL) && digitsOf(trait) > 15,
    example: { operator: "EQUAL", value: "0.3", trait: "0.30000000000000000001" },
  },
  {
    name: "dozens of zeros",
    allows: "anything",
    concerns: ({ operator }, trait) =>
      ["EQUAL", "NOT_EQUAL", "IN", "REGEX"].includes(operator) &&
      isText(trait, NUMBER_LIKE) &&
      (/^-?0{65}/.test(trait) || /\.[0-9]*0{65}$/.test(trait)),
    example: { operator: "EQUAL", value: "5", trait: `${"0".repeat(66)}5` },
  },
  {
    name: "dozens of zeros, in a list",
    allows: "anything",
    concerns: ({ operator }, trait) =>
      operator === "IN" && isText(trait, NUMBER_LIKE) && /^-?0{25}/.test(trait),
    example: { operator: "IN", value: "5,6", trait: `${"0".repeat(26)}5` },
  },
  {
    name: "numbers of more than 256 digits",
    allows: "anything",
    concerns: (_, trait) => isText(trait, NUMBER_LIKE) && trait.length > 256,
    example: { operator: "LESS_THAN", value: "5", trait: "1".repeat(300) },
  },
  {
    name: "versions with large numbers",
    allows: "anything",
    concerns: ({ value }, trait) =>
      value?.endsWith(":semver") === true &&
      typeof trait === "string" &&
      (trait.match(/[0-9]+/g) ?? []).some((number) => Number(number) >= 2 ** 31),
    example: { operator: "GREATER_THAN", value: "1.2.3:semver", trait: "1.2.9007199254740993" },
  },
];

/** What the limits allow a person's membership to be, if one concerns it. */
export function limitOn(rules: readonly SegmentRule[], person: Person): Allowance | undefined {
  const found = LIMITS.filter(({ concerns }) => asksFor(rules, person, concerns));
  return found.find(({ allows }) => allows === "anything")?.allows ?? found[0]?.allows;
}

/** Near zero, with more digits than a float has for certain, or, as a number, with decimals from ten million on. */
function isHardToPrint(trait: Trait): boolean {
  if (typeof trait !== "number" && !isText(trait, DECIMAL)) return false;
  const size = Math.abs(Number(trait));
  if (typeof trait === "number" && Number.isInteger(trait)) return !Number.isSafeInteger(trait);
  const print = typeof trait === "number" ? String(trait) : withoutZeros(trait);
  return size !== 0 && (size < 0.001 || print.length > 16 || (typeof trait === "number" && size >= 1e7));
}

function isText(trait: Trait, pattern: RegExp): trait is string {
  return typeof trait === "string" && pattern.test(trait) && !trait.endsWith("\n");
}

function withoutZeros(text: string): string {
  return text.replace(/^(-?)0+(?=[0-9])/, "$1").replace(/(?<=[0-9])0+$/, "");
}

function digitsOf(text: string): number {
  return text.replace(/^-?[0.]*|\.|0+$/g, "").length;
}

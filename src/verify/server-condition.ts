import type { Condition } from "../model/environment.ts";
import { printed, type ServerValue } from "./server-value.ts";

/** A condition and the value of its property, put so that Flagsmith's engine for Node answers as the server does. */
export interface AskedCondition {
  readonly operator: string;
  readonly value: string;
  /** `undefined`: the property is not set. */
  readonly trait: string | number | boolean | undefined;
}

/** No operator of that name: the engine answers no. */
const NEVER: AskedCondition = { operator: "NEVER", value: "", trait: "" };
const ALWAYS: AskedCondition = { operator: "IS_SET", value: "", trait: "set" };

/** A beginning that makes the empty text and 0, which the engine takes for missing, ordinary items of a list. */
const MARK = "~";
const SEMVER = ":semver";
const NUMBER = "(?:0|[1-9][0-9]*)";
const WORD = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const BUILD = "\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*";
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${WORD}(?:\\.${WORD})*)?(?:${BUILD})?$`);
const WHOLE = /^[+-]?[0-9]+(?:_[0-9]+)*$/;
const DECIMAL = /^[+-]?(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/**
 * Flagsmith's engine for Node differs from the one that its server runs, and the server is right (translation.md,
 * introduction): it keeps number-like text as text, reads `5abc` as 5, takes a failed cast for "not equal", searches
 * with REGEX instead of matching from the start, forgets 0 in lists, and more (facts/flagsmith.md, section 9). No operator is
 * answered here: the engine is asked the same question in words that both engines understand alike.
 */
export function asServerAsks(condition: Condition, trait: ServerValue | undefined): AskedCondition {
  const { operator } = condition;
  const value = condition.value ?? "None";
  if (operator === "IS_SET" || operator === "IS_NOT_SET") {
    return { operator, value, trait: trait === undefined ? undefined : "set" };
  }
  if (trait === undefined) return NEVER;
  switch (operator) {
    case "PERCENTAGE_SPLIT":
      return condition.value === null || numberOf(value) === undefined
        ? NEVER
        : { operator, value: String(numberOf(value)), trait: printed(trait) };
    case "REGEX":
      return { operator, value: `^(?:${value})`, trait: printed(trait) };
    case "IN":
      return condition.value === null ? NEVER : oneOf(value, trait);
    case "MODULO":
      return modulo(value, trait);
    case "CONTAINS":
      if (trait.kind !== "text" || value.endsWith(SEMVER)) return NEVER;
      return value === "" ? ALWAYS : { operator, value, trait: trait.value };
    case "NOT_CONTAINS":
      return trait.kind === "text" ? { operator, value, trait: trait.value } : NEVER;
    default:
      return compared(operator, value, trait);
  }
}

/** The value is cast to the type of the trait; where the cast fails, every comparison answers no, NOT_EQUAL too. */
function compared(operator: string, value: string, trait: ServerValue): AskedCondition {
  switch (trait.kind) {
    case "boolean":
      return { operator, value: value.replace(/:semver$/, ""), trait: trait.value };
    case "whole":
      return comparedWhole(operator, value.trim(), trait.value);
    case "decimal": {
      const cast = numberOf(value);
      return cast === undefined ? NEVER : { operator, value: String(cast), trait: trait.value };
    }
    case "text":
      return value.endsWith(SEMVER)
        ? comparedVersions(operator, value.slice(0, -SEMVER.length), trait.value)
        : { operator, value, trait: trait.value };
  }
}

/** Beyond 2^53 the engine would round both sides; equality of what Python prints is the same question. */
function comparedWhole(operator: string, value: string, trait: bigint): AskedCondition {
  if (!WHOLE.test(value)) return NEVER;
  const cast = BigInt(value.replaceAll("_", "").replace("+", ""));
  if (operator === "EQUAL" || operator === "NOT_EQUAL") {
    return { operator, value: String(cast), trait: String(trait) };
  }
  return { operator, value: String(cast), trait: Number(trait) };
}

/** Both must be strict versions; build metadata never compares. */
function comparedVersions(operator: string, version: string, trait: string): AskedCondition {
  if (!VERSION.test(version) || !VERSION.test(trait)) return NEVER;
  if (operator !== "NOT_EQUAL") return { operator, value: version + SEMVER, trait };
  return { operator, value: withoutBuild(version), trait: withoutBuild(trait) };
}

function withoutBuild(version: string): string {
  return version.replace(/\+.*$/, "");
}

/** Python's modulo has the sign of the divisor. */
function modulo(value: string, trait: ServerValue): AskedCondition {
  const parts = value.split("|");
  const [divisor, remainder] = parts.map(numberOf);
  if (trait.kind === "text" || parts.length !== 2 || !divisor || remainder === undefined) return NEVER;
  const positive = ((Number(trait.value) % divisor) + divisor) % divisor;
  return { operator: "MODULO", value: `${divisor}|${remainder}`, trait: positive };
}

/** Items compare as text, and only texts and whole numbers do at all. */
function oneOf(value: string, trait: ServerValue): AskedCondition {
  if (trait.kind === "boolean" || trait.kind === "decimal") return NEVER;
  const items = (value.startsWith("[") ? jsonItems(value) : undefined) ?? value.split(",");
  return {
    operator: "IN",
    value: JSON.stringify(items.map((item) => MARK + item)),
    trait: MARK + printed(trait),
  };
}

function jsonItems(value: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.flatMap(printedItem) : undefined;
  } catch {
    return undefined;
  }
}

/** A number with decimals is no item that a trait could equal; nor is a list or an object. */
function printedItem(item: unknown): readonly string[] {
  if (typeof item === "string") return [item];
  if (item === null) return ["None"];
  if (typeof item === "boolean") return [item ? "True" : "False"];
  return Number.isSafeInteger(item) ? [String(item)] : [];
}

/** Python's `float()`. */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (special !== null) {
    return special[2]?.toLowerCase() === "nan"
      ? Number.NaN
      : Number(`${special[1] === "-" ? "-" : ""}Infinity`);
  }
  return DECIMAL.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : undefined;
}

import { createHash } from "node:crypto";
import type { Condition } from "../../../src/model/environment.ts";
import { pythonMatch } from "./regex.ts";
import { orderText, printed, type Seen, seen, type Trait, toFloat, toInt } from "./trait.ts";
import { orderVersions } from "./version.ts";

/** Yes, no, or not to be known here: a percentage decides, the engine raises, or a regular expression only Python knows. */
export type Answer = boolean | undefined;

/** Who asks. Without identifier (`null` or empty) nobody is there, as at the server's `/flags/`. */
export interface Person {
  readonly identifier: string | null;
  readonly traits: Readonly<Record<string, Trait>>;
}

/** What a condition is asked about. */
export interface Subject {
  readonly person: Person;
  readonly environment: { readonly name: string; readonly key: string };
  /** Lots are drawn with it. */
  readonly segmentId: number;
}

/** `context_matches_condition` of the engine. */
export function conditionHolds({ operator, property, value }: Condition, subject: Subject): Answer {
  if (operator === "PERCENTAGE_SPLIT") return splitHolds(property, value, subject);
  const found = lookUp(property, subject);
  if (found === "unknown") return undefined;
  if (operator === "IN") return value === null ? undefined : isIn(found, value);
  if (operator === "IS_NOT_SET") return found === undefined;
  if (operator === "IS_SET") return found !== undefined;
  return found !== undefined && matches(operator, found, value);
}

function splitHolds(property: string | null, value: string | null, subject: Subject): Answer {
  const by =
    property === null || property === "" ? seen(subject.person.identifier) : lookUp(property, subject);
  if (by === undefined) return false;
  if (by === "unknown" || value === null) return undefined;
  const share = toFloat(value);
  if (share === undefined || Number.isNaN(share) || share < 0) return false;
  if (property?.startsWith("$.environment.")) return lotOf(subject.segmentId, by) <= share;
  return share >= 100 ? true : undefined;
}

/** `get_hashed_percentage_for_object_ids`; one in 9,999 draws 0, and so is in a share of 0. */
function lotOf(segmentId: number, value: Seen): number {
  const drawn = `${segmentId},${printed(value)}`;
  for (let text = drawn; ; text += `,${drawn}`) {
    const hash = BigInt(`0x${createHash("md5").update(text).digest("hex")}`);
    const lot = (Number(hash % 9999n) / 9998) * 100;
    if (lot !== 100) return lot;
  }
}

/** Paths that find nothing: no such member, or no scalar. */
const NOTHING = new Set(["$.identity", "$.identity.traits", "$.environment", "$.foo.bar", "$.identity.name"]);
/** What only looks like a path is a trait's name. */
const NO_PATH = new Set(["$.", "$.a b", "$.1x"]);

function lookUp(property: string | null, { person, environment }: Subject): Seen | undefined | "unknown" {
  const { identifier, traits } = person;
  if (property === null) return undefined;
  if (!property.startsWith("$.") || NO_PATH.has(property)) return ofTrait(traits, property);
  if (property === "$.environment.name") return seen(environment.name);
  if (property === "$.environment.key") return seen(environment.key);
  if (property === "$.identity.identifier") return seen(identifier);
  if (property === "$.identity.key")
    return identifier === null ? undefined : seen(`${environment.key}_${identifier}`);
  const [, plain, quoted] =
    /^\$\.identity\.traits(?:\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\\]*)'\])$/.exec(property) ?? [];
  const name = plain ?? quoted;
  if (name !== undefined) return ofTrait(traits, name);
  return NOTHING.has(property) ? undefined : "unknown";
}

function ofTrait(traits: Person["traits"], name: string): Seen | undefined {
  return Object.hasOwn(traits, name) ? seen(traits[name]) : undefined;
}

function matches(operator: string, trait: Seen, value: string | null): Answer {
  const text = value ?? "None";
  switch (operator) {
    case "NOT_CONTAINS":
      return trait.type === "text" && !trait.value.includes(text);
    case "REGEX":
      return pythonMatch(text, printed(trait));
    case "MODULO":
      return leaves(trait, text);
    case "CONTAINS":
      return contains(trait, text);
    case "EQUAL":
    case "NOT_EQUAL":
    case "GREATER_THAN":
    case "GREATER_THAN_INCLUSIVE":
    case "LESS_THAN":
    case "LESS_THAN_INCLUSIVE":
      return compares(operator, orderOf(trait, value));
    default:
      return false;
  }
}

/** `undefined`: the cast fails, and every operator says no; NaN: nothing compares. */
function orderOf(trait: Seen, value: string | null): number | undefined {
  const text = value ?? "None";
  switch (trait.type) {
    case "bool":
      return Number(trait.value) - Number(text !== "False" && text !== "false");
    case "int": {
      const cast = toInt(text);
      return cast === undefined ? undefined : order(trait.value, cast);
    }
    case "float": {
      const cast = toFloat(text);
      return cast === undefined ? undefined : order(trait.value, cast);
    }
    case "text":
      return text.endsWith(":semver")
        ? orderVersions(trait.value, text.slice(0, -":semver".length))
        : orderText(trait.value, text);
  }
}

function order(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

function compares(operator: string, order: number | undefined): boolean {
  if (order === undefined) return false;
  switch (operator) {
    case "EQUAL":
      return order === 0;
    case "NOT_EQUAL":
      return order !== 0;
    case "GREATER_THAN":
      return order > 0;
    case "GREATER_THAN_INCLUSIVE":
      return order >= 0;
    case "LESS_THAN":
      return order < 0;
    default:
      return order <= 0;
  }
}

/** With `:semver` the parts of the version are searched, and they are numbers and the pre-release. */
function contains(trait: Seen, text: string): Answer {
  if (trait.type !== "text") return false;
  return text.endsWith(":semver") ? partOfVersion(trait.value) : trait.value.includes(text);
}

function partOfVersion(version: string): Answer {
  return orderVersions(version, version) === undefined || !/[-+]/.test(version) ? false : undefined;
}

function leaves(trait: Seen, text: string): Answer {
  if (trait.type === "text") return false;
  const [divisorText = "", remainderText, ...more] = text.split("|");
  if (remainderText === undefined || more.length > 0) return false;
  const [divisor, remainder] = [toFloat(divisorText), toFloat(remainderText)];
  if (divisor === undefined || remainder === undefined) return false;
  return divisor === 0 ? undefined : modulo(Number(trait.value), divisor) === remainder;
}

/** Python's: the result has the divisor's sign. */
function modulo(left: number, divisor: number): number {
  const rest = left % divisor;
  return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
}

function isIn(trait: Seen | undefined, value: string): boolean {
  if (trait === undefined || trait.type === "bool" || trait.type === "float") return false;
  return itemsOf(value).includes(printed(trait));
}

function itemsOf(value: string): readonly string[] {
  if (!value.startsWith("[")) return value.split(",");
  try {
    JSON.parse(value);
  } catch {
    return value.split(",");
  }
  const items: unknown = JSON.parse(withoutNumbers(value));
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    if (typeof item === "string") return item;
    if (typeof item === "boolean") return item ? "True" : "False";
    return item === null ? "None" : "\0";
  });
}

/** Whole numbers become text, those with a dot or exponent can never be found: no float is looked for. */
function withoutNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g, (part) => {
    if (part.startsWith('"')) return part;
    return /[.eE]/.test(part) ? '"\\u0000"' : `"${BigInt(part)}"`;
  });
}

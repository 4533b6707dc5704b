import type { Condition } from "../model/environment.ts";
import type { TraitValue } from "./person.ts";
import { regexSamples } from "./regex-samples.ts";

/** Of a long list the first few say as much as all. */
const MOST_ITEMS = 4;

/**
 * Values of a trait that make a condition true, false, or nearly so: the value itself, its neighbours, the same in another
 * type, with something before or after it, and values that say nothing. Which of them do what is for the engines to say.
 */
export function candidateValues({ operator, value }: Condition): readonly TraitValue[] {
  const text = value ?? "None";
  return unique([...ofOperator(operator, text), ...GENERAL]);
}

/** Of every type, for every operator. */
const GENERAL: readonly TraitValue[] = ["", null, true, false, 0, "true", "None"];

function ofOperator(operator: string, text: string): readonly TraitValue[] {
  switch (operator) {
    case "IN":
      return itemsOf(text).flatMap(around);
    case "MODULO":
      return multiples(text);
    case "CONTAINS":
    case "NOT_CONTAINS":
      return [...around(text), `a ${text} b`, text.toUpperCase()];
    case "REGEX":
      return regexSamples(text).flatMap(around);
    case "PERCENTAGE_SPLIT":
    case "IS_SET":
    case "IS_NOT_SET":
      return ["some", 1];
    default:
      return text.endsWith(":semver")
        ? [...versions(text.slice(0, -":semver".length)), text]
        : [...around(text), text.toUpperCase()];
  }
}

/** A value and what lies next to it. */
function around(text: string): readonly TraitValue[] {
  const characters = [...text];
  const shorter = characters.slice(0, -1).join("");
  const near: TraitValue[] = [text, `${text}x`, `x${text}`, shorter, ` ${text}`];
  const last = characters.at(-1)?.codePointAt(0);
  if (last !== undefined) {
    near.push(shorter + String.fromCodePoint(last - 1), shorter + String.fromCodePoint(last + 1));
  }
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(Math.trunc(number))) return near;
  for (const neighbour of [number - 1, number - 0.5, number, number + 0.5, number + 1]) {
    near.push(neighbour, String(neighbour));
  }
  return near;
}

function itemsOf(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.slice(0, MOST_ITEMS).map(String);
  } catch {
    // Not JSON: a list with commas.
  }
  return [...text.split(",").slice(0, MOST_ITEMS), text];
}

function multiples(text: string): readonly TraitValue[] {
  const [divisor = Number.NaN, remainder = Number.NaN] = text.split("|").map(Number);
  if (Number.isNaN(divisor) || Number.isNaN(remainder)) return [text, 1];
  const numbers = [remainder, remainder + divisor, remainder + 1, remainder - divisor, remainder + 0.5];
  return [...numbers, String(remainder + divisor), "x"];
}

function versions(version: string): readonly string[] {
  const [core = ""] = version.split(/[-+]/);
  const parts = core.split(".").map(Number);
  const raised = (place: number, by: number): string =>
    parts.map((part, index) => (index === place ? Math.max(0, part + by) : part)).join(".");
  const near = [0, 1, 2].flatMap((place) => [raised(place, 1), raised(place, -1)]);
  return [version, ...near, `${core}-rc.1`, `${core}+build`, `v${version}`, core.slice(0, -2), "1.0.0"];
}

function unique<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

import type { Logic } from "../../model/document.ts";
import { ORDERING_SIGNS, type OrderingOperator } from "./comparison.ts";
import { and, not, or } from "./logic.ts";

const FIRST_LISTED = 32;
/** Beyond it the list of all smaller characters would be too long. */
const LAST_LISTED = 0x24f;
/** These would keep a segment from being shared in `$evaluators` (facts/encodings.md, section 5). */
const UNSHAREABLE = '"$\\';

/** One side of an ordering of text, and whether it is more than a bound. */
export interface TextOrdering {
  readonly logic: Logic;
  readonly exact: boolean;
}

/** How to order, and on which side to err. */
export interface TextOrderingOptions {
  readonly operator: OrderingOperator;
  readonly negated: boolean;
  /** Rather narrow for rare characters (line breaks, `"`, `$`, `\`) at the deciding place than take them for larger. */
  readonly onlyNarrow: boolean;
}

/** Which characters count as larger than the value's at their place. */
interface Side {
  readonly inclusive: boolean;
  /** Err towards above. */
  readonly over: boolean;
  readonly byLarger: boolean;
}

/**
 * LEX of facts/encodings.md, section 3: orders text by its characters, since Java compares text only as numbers. For an
 * attribute known to be text. With a value that has characters beyond U+024F the answer is a bound: from below, or from
 * above where `negated`.
 */
export function orderText(attribute: Logic, value: string, options: TextOrderingOptions): TextOrdering {
  const { negated, onlyNarrow } = options;
  const sign = ORDERING_SIGNS[options.operator];
  const exact = Array.from(value).every(isListed);
  const inclusive = sign === ">=" || sign === "<";
  const isBelow = sign === "<" || sign === "<=";
  const over = isBelow !== negated;
  const above = isAbove(attribute, value, { inclusive, over, byLarger: onlyNarrow && !over });
  return { logic: isBelow ? not(above) : above, exact };
}

function isAbove(attribute: Logic, value: string, { inclusive, over, byLarger }: Side): Logic {
  const characters = Array.from(value);
  const unlisted = characters.findIndex((character) => !isListed(character));
  const listed = unlisted === -1 ? characters : characters.slice(0, unlisted);
  const prefixes = listed.map((_, index) => listed.slice(0, index).join(""));
  const shareable = !Array.from(UNSHAREABLE).some((character) => value.includes(character));
  const branches = listed.map((character, index) => {
    const there: Logic = { substr: [attribute, index, 1] };
    const isLarger: Logic = byLarger
      ? { in: [there, charactersBetween(codeOf(character) + 1, lastLarger(character), shareable)] }
      : not({ in: [there, charactersBetween(FIRST_LISTED, codeOf(character), shareable)] });
    return and(startsWith(attribute, prefixes[index] ?? ""), isLarger);
  });
  const rest =
    unlisted !== -1 && over
      ? startsWith(attribute, listed.join(""))
      : and(startsWith(attribute, value), inclusive || { "!==": [attribute, value] });
  return or(and(isNoneOf(attribute, prefixes), or(...branches)), rest);
}

/** A proper prefix of the value is below it; and `substr` past its end would give the whole text in Go. */
function isNoneOf(attribute: Logic, prefixes: readonly string[]): Logic {
  const [first, ...others] = prefixes;
  if (first === undefined) return true;
  return others.length === 0 ? { "!==": [attribute, first] } : not({ in: [attribute, [...prefixes]] });
}

function startsWith(attribute: Logic, prefix: string): Logic {
  return prefix === "" || { starts_with: [attribute, prefix] };
}

/** ASCII is enough, unless the value itself goes beyond. */
function lastLarger(character: string): number {
  return character < "~" ? codeOf("~") : LAST_LISTED;
}

function charactersBetween(first: number, last: number, shareable: boolean): string {
  const length = Math.max(0, last - first + 1);
  const all = Array.from({ length }, (_, index) => String.fromCharCode(first + index));
  return all.filter((character) => !shareable || !UNSHAREABLE.includes(character)).join("");
}

function isListed(character: string): boolean {
  return codeOf(character) >= FIRST_LISTED && codeOf(character) <= LAST_LISTED;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

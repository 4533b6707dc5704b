import type { Logic } from "../../model/document.ts";
import { ORDERING_SIGNS, type OrderingOperator } from "./comparison.ts";
import { and, not, or } from "./logic.ts";
import { FIRST, ITEM, REST, walk } from "./loop.ts";

/** Beyond it the list of all smaller characters would be too long. */
const LAST_LISTED = 0x24f;
/** Ends the text: Postgres has no such character, and were it in a text, it would order as it should. */
const END = "\u0000";
const BELOW = "<";
const ABOVE = ">";

/** One side of an ordering of text, and whether it is more than a bound. */
export interface TextOrdering {
  readonly logic: Logic;
  readonly exact: boolean;
}

/**
 * LEX of facts/encodings.md, section 3: orders text by its characters, since Java compares text only as numbers. For an
 * attribute known to be text. With a value that has characters beyond U+024F the answer is a bound: from below, or from
 * above where `negated`.
 */
export function orderText(
  attribute: Logic,
  value: string,
  { operator, negated }: { readonly operator: OrderingOperator; readonly negated: boolean },
): TextOrdering {
  const sign = ORDERING_SIGNS[operator];
  const isBelow = sign === "<" || sign === "<=";
  const inclusive = sign === ">=" || sign === "<";
  const above = isAbove(attribute, value, { inclusive, over: isBelow !== negated });
  return { logic: isBelow ? not(above) : above, exact: unlistedIn(value) === -1 };
}

function isAbove(
  attribute: Logic,
  value: string,
  { inclusive, over }: { readonly inclusive: boolean; readonly over: boolean },
): Logic {
  const unlisted = unlistedIn(value);
  if (unlisted === -1) {
    if (value === "") return inclusive || { "!==": [attribute, ""] };
    const place = placeOf(attribute, value);
    return inclusive ? { "!==": [place, BELOW] } : not({ in: [place, [BELOW, END]] });
  }
  const listed = Array.from(value).slice(0, unlisted).join("");
  const beyond: Logic = isAbove(attribute, listed, { inclusive: false, over });
  const isOther: Logic = inclusive || { "!==": [attribute, value] };
  if (over) return and(beyond, isOther);
  const partsBefore = listed !== "" && and(beyond, not({ starts_with: [attribute, listed] }));
  return or(partsBefore, and({ starts_with: [attribute, value] }, isOther));
}

/**
 * Walks the text along the value: `<` or `>` where they part, else what the text has left, at least {@link END}. Each
 * item is the list of all characters up to the value's, which is its last.
 */
function placeOf(attribute: Logic, value: string): Logic {
  const codes = Array.from(value, codeOf);
  const listed = Array.from({ length: Math.max(...codes) + 1 }, (_, code) => String.fromCharCode(code));
  const lists: Logic = {
    map: [codes.map((code) => code + 1), { substr: [listed.join(""), 0, { var: "" }] }],
  };
  const padded: Logic = { substr: [{ cat: ["~", attribute, END] }, 1] };
  return walk(padded, lists, [
    { in: [REST, [BELOW, ABOVE]] },
    REST,
    { "===": [FIRST, { substr: [ITEM, -1] }] },
    { substr: [REST, 1] },
    { in: [FIRST, ITEM] },
    BELOW,
    ABOVE,
  ]);
}

/** The index of the first character that no list holds, -1 where there is none. */
function unlistedIn(value: string): number {
  return Array.from(value).findIndex((character) => codeOf(character) > LAST_LISTED);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

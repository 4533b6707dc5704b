import type { Logic } from "../../../model/document.ts";
import { and, or } from "../logic.ts";

/** So many leading zeros are recognised, and so many trailing ones behind a dot. */
const ZEROS = "0".repeat(64);

/** Which spellings count: all, or only those without a dot, such as `05` for `5`. */
export type Spellings = "all" | "whole";

/**
 * Is an attribute a text that Flagsmith reads as this number? `decimal` spells the number: with a dot, only texts with a
 * dot count (`int("18.5")` fails); without, any, since `5.0` equals 5. Any zeros may lead, or trail behind a dot:
 * Flagsmith turns number-like text into a number first (facts/flagsmith.md, section 9). The text must stand within
 * zeros, number and zeros, and hold the number. For an attribute that is neither null nor a boolean: the print of a
 * number, too, is only matched if it is that number.
 */
export function spellsNumber(attribute: Logic, decimal: string, spellings: Spellings = "all"): Logic {
  const digits = decimal.replace("-", "");
  const positive = spells(attribute, digits, spellings);
  const minus: Logic = { "===": [{ substr: [{ cat: ["~", attribute] }, 1, 1] }, "-"] };
  const behindMinus: Logic = { substr: [{ cat: ["~", attribute, "~"] }, 2, -1] };
  const negative = and(minus, spells(behindMinus, digits, spellings));
  if (decimal.startsWith("-")) return negative;
  return Number(digits) === 0 ? or(positive, negative) : positive;
}

/** Padded on both sides, since Go's `cat` trims; the pads tell a whole number from one with a dot. */
function spells(text: Logic, digits: string, spellings: Spellings): Logic {
  const [whole, fraction] = [digits.split(".")[0] ?? "", digits.split(".")[1] ?? ""];
  const all = `${ZEROS}0${whole}.${fraction}${ZEROS}0`;
  const holds = (part: string): Logic => ({ in: [part, { cat: [text] }] });
  const stands = (end: string): Logic => ({ in: [{ cat: ["0", text, end] }, all] });
  if (digits.includes(".")) return and(holds(digits), stands("0"));
  return and(holds(digits), or(stands("."), spellings === "all" && and(holds(`${digits}.0`), stands("0"))));
}

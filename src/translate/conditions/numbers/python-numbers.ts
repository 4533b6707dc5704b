import { decimalSpelling } from "./number-spellings.ts";

const DIGITS = String.raw`\p{Nd}(?:_?\p{Nd})*`;
const INTEGER = new RegExp(`^[+-]?${DIGITS}$`, "u");
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`, "u");
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;
/** What `str.strip()` strips; JavaScript's `\s` differs by U+001C to U+001F, U+0085 and U+FEFF. */
const SPACE = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";
const OUTER_SPACE = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");

/**
 * Python's `int(text)`, or `undefined` where it raises: what Flagsmith casts a condition's value to when the trait is
 * a whole number, so ` 5`, `05` and `1_000` are numbers and `1.5` is not (facts/flagsmith.md, section 9).
 */
export function pythonInt(text: string): bigint | undefined {
  const trimmed = strip(text);
  if (!INTEGER.test(trimmed)) return undefined;
  const plain = plainDigits(trimmed);
  return plain.startsWith("-") ? -BigInt(plain.slice(1)) : BigInt(plain.replace("+", ""));
}

/**
 * Python's `float(text)`, or `undefined` where it raises: the cast for a trait with decimals, for MODULO and for
 * percentages; `1e3`, `inf` and `nan` pass (facts/flagsmith.md, section 9).
 */
export function pythonFloat(text: string): number | undefined {
  const trimmed = strip(text);
  const special = SPECIAL.exec(trimmed);
  if (special) {
    if (special[2]?.toLowerCase() === "nan") return Number.NaN;
    return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return DECIMAL.test(trimmed) ? Number(plainDigits(trimmed)) : undefined;
}

/** Python's `%` on floats: the result has the sign of the divisor (facts/flagsmith.md, section 9, MODULO). */
export function pythonModulo(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  return remainder !== 0 && remainder < 0 !== divisor < 0 ? remainder + divisor : remainder;
}

/** Python's `str()` of a float: as few digits as it needs, and an exponent below 10^-4 and from 10^16 on. */
export function floatText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size >= 1e-4 && size < 1e16) return decimalSpelling(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, "0")}`;
}

function strip(text: string): string {
  return text.replace(OUTER_SPACE, "");
}

function plainDigits(text: string): string {
  return text.replaceAll("_", "").replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** Unicode lays decimal digits in runs of ten, zero first; only the mathematical ones touch each other. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

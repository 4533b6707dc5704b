/** Flagsmith's test for text that it turns into a number before any operator sees it (facts/flagsmith.md, section 9). */
export function looksLikeNumber(text: string): boolean {
  return /^-?[0-9]+(\.[0-9]+)?$/.test(text);
}

/** Those with up to three digits, for lists of the compact tier, which repeat each item. */
export function paddedSpellings(value: bigint): readonly string[] {
  const { sign, digits } = partsOf(value);
  return [...new Set([digits, digits.padStart(2, "0"), digits.padStart(3, "0")])].map((text) => sign + text);
}

/** The digits of a whole number are in each of its spellings; the sign comes before any zeros. */
export function partsOf(value: bigint): { readonly sign: string; readonly digits: string } {
  return value < 0n ? { sign: "-", digits: String(-value) } : { sign: "", digits: String(value) };
}

/** A number with a dot and without exponent, as short as it can be: `1e3` is `1000.0`. */
export function decimalSpelling(value: number): string {
  if (Number.isInteger(value)) return `${BigInt(value)}.0`;
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const digits = mantissa.replace(/[-.]/g, "");
  const point = Number(exponent) + 1;
  const sign = value < 0 ? "-" : "";
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

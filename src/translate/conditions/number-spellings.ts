/** Flagsmith's test for text that it turns into a number before any operator sees it (facts/flagsmith.md, section 9). */
export function looksLikeNumber(text: string): boolean {
  return /^-?[0-9]+(\.[0-9]+)?$/.test(text);
}

/** The usual spellings of a whole number that Flagsmith reads as that number (facts/encodings.md, section 2, T). */
export function wholeSpellings(value: bigint): readonly string[] {
  const { sign, digits } = partsOf(value);
  return ["", "0", "00"].map((zeros) => sign + zeros + digits).concat(`${value}.0`, `${value}.00`);
}

/** Those with up to three digits, for lists, which repeat each item (facts/encodings.md, section 2, IN). */
export function paddedSpellings(value: bigint): readonly string[] {
  const { sign, digits } = partsOf(value);
  return [...new Set([digits, digits.padStart(2, "0"), digits.padStart(3, "0")])].map((text) => sign + text);
}

/** The digits of a whole number are in each of its spellings; the sign comes before any zeros. */
export function partsOf(value: bigint): { readonly sign: string; readonly digits: string } {
  return value < 0n ? { sign: "-", digits: String(-value) } : { sign: "", digits: String(value) };
}

/** The usual spellings of a number with decimals; a text without a dot would be a whole number and fail the cast. */
export function decimalSpellings(value: number): readonly string[] {
  const shortest = Number.isInteger(value) ? `${value}.0` : String(value);
  return looksLikeNumber(shortest) ? [shortest, `${shortest}0`] : [];
}

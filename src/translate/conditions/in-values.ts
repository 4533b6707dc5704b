const TOKEN = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g;
const PYTHON_TEXT: Readonly<Record<string, string>> = { NaN: "nan", Infinity: "inf", "-Infinity": "-inf" };

/**
 * The items of an IN value as Flagsmith compares them: split at commas without trimming, or the elements of a JSON list
 * as Python's `str()` prints them (true is `True`, null is `None`); what fails to parse as JSON is split at commas
 * (facts/flagsmith.md, section 9).
 */
export function inValues(value: string): readonly string[] {
  return (value.startsWith("[") ? jsonItems(value) : undefined) ?? value.split(",");
}

function jsonItems(value: string): readonly string[] | undefined {
  const plain = parse(value.replace(TOKEN, (token) => (token in PYTHON_TEXT ? "0" : token)));
  const printed = parse(value.replace(TOKEN, printedNumber));
  return Array.isArray(plain) && Array.isArray(printed) ? printed.flatMap(printedItem) : undefined;
}

/** JSON.parse would lose whether `5.0` has decimals, and with it that it matches nothing. */
function printedNumber(token: string): string {
  if (token.startsWith('"')) return token;
  const special = PYTHON_TEXT[token];
  if (special !== undefined) return `"${special}"`;
  return /[.eE]/.test(token) ? '"0.0"' : `"${BigInt(token)}"`;
}

/** Lists and objects within the list print as Python does; no trait looks so, they are left out. */
function printedItem(item: unknown): readonly string[] {
  if (typeof item === "string") return [item];
  if (item === null) return ["None"];
  if (typeof item === "boolean") return [item ? "True" : "False"];
  return [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

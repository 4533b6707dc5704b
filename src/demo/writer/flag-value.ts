/** What a Flagsmith flag can hold. There is no float and no JSON type: those are text. */
export type FlagValue = string | number | boolean | null;

/** The columns of a value: its type decides which of the others counts. */
export interface StoredValue {
  readonly type: "unicode" | "int" | "bool";
  readonly boolean: boolean | null;
  readonly integer: number | null;
  readonly text: string | null;
}

const GREATEST_INTEGER = 2 ** 31 - 1;

function fitsInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < GREATEST_INTEGER;
}

/** How Flagsmith stores a value: whole numbers of 32 bits as such, other numbers as text (facts: flagsmith.md, 2). */
export function storedValue(value: FlagValue): StoredValue {
  if (typeof value === "boolean") return { type: "bool", boolean: value, integer: null, text: null };
  if (typeof value === "number" && fitsInteger(value)) {
    return { type: "int", boolean: null, integer: value, text: null };
  }
  return { type: "unicode", boolean: null, integer: null, text: value === null ? null : String(value) };
}

/** How Flagsmith types what a person wrote: `7` and `007` are numbers, `true` and `False` booleans, the rest is text. */
export function typedValue(text: string): FlagValue {
  if (/^(true|false)$/i.test(text) && /^.[a-z]+$/.test(text)) return text.toLowerCase() === "true";
  if (/^-?\d+$/.test(text) && fitsInteger(Number(text))) return Number(text);
  return text;
}

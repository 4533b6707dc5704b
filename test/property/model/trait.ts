/**
 * A model of Flagsmith's server in TypeScript, written from the Python engine alone (flagsmith-flag-engine 10.2.0) and
 * not from src/: what the property tests expect. Where python3 is at hand the engine itself checks every answer of it.
 */

/** What a caller may say of an identity. */
export type Trait = string | number | boolean | null;

/** A trait as Flagsmith's operators see it; `undefined` stands for none. */
export type Seen =
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "text"; readonly value: string };

/** `map_any_value_to_context_value`: number-like text becomes a number before any operator looks. */
export function seen(trait: Trait | undefined): Seen | undefined {
  if (trait === undefined || trait === null) return undefined;
  if (typeof trait === "boolean") return { type: "bool", value: trait };
  if (typeof trait === "number") {
    return Number.isInteger(trait) ? { type: "int", value: BigInt(trait) } : { type: "float", value: trait };
  }
  if (/^-?[0-9]+$/.test(trait) && !trait.endsWith("\n")) return { type: "int", value: BigInt(trait) };
  if (/^-?[0-9]+\.[0-9]+$/.test(trait) && !trait.endsWith("\n"))
    return { type: "float", value: Number(trait) };
  return { type: "text", value: trait };
}

/** Python's `str()` of a trait. */
export function printed(trait: Seen): string {
  switch (trait.type) {
    case "bool":
      return trait.value ? "True" : "False";
    case "int":
      return trait.value.toString();
    case "float":
      return printedFloat(trait.value);
    case "text":
      return trait.value;
  }
}

function printedFloat(value: number): string {
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Python's `int()` of text; `undefined` where it fails. */
export function toInt(text: string): bigint | undefined {
  const bare = text.trim();
  if (!/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(bare)) return undefined;
  const digits = bare.replaceAll("_", "").replace(/^\+/, "");
  return digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits);
}

/** Python's `float()` of text; `undefined` where it fails. */
export function toFloat(text: string): number | undefined {
  const bare = text.trim().toLowerCase();
  const named = /^([+-]?)(inf|infinity|nan)$/.exec(bare);
  if (named !== null) return named[2] === "nan" ? Number.NaN : named[1] === "-" ? -Infinity : Infinity;
  const part = "[0-9]+(?:_[0-9]+)*";
  const number = new RegExp(`^[+-]?(?:${part}\\.?(?:${part})?|\\.${part})(?:e[+-]?${part})?$`);
  return number.test(bare) ? Number(bare.replaceAll("_", "")) : undefined;
}

/** Three-way comparison as Python's text compares: by code point. */
export function orderText(left: string, right: string): number {
  const [one, other] = [Array.from(left), Array.from(right)];
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const difference = (one[index]?.codePointAt(0) ?? 0) - (other[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

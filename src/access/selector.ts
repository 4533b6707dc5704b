/** What a selector asks for; flagd knows `flagSetId=x`, `source=x` and the bare value, which means a source. */
export type FlagSetWish = { readonly kind: "any" } | { readonly kind: "named"; readonly name: string };

/** What flagd's users write for everything that they may see. */
const EVERYTHING = "*";

/**
 * Reads a selector (facts/flagd.md, section 3): one pair, no lists. A key other than the two is malformed. What comes
 * after the first `=` is the value, whatever it holds; no flag set's id can be `*`.
 */
export function parseSelector(selector: string): FlagSetWish | "malformed" {
  if (selector === "") return { kind: "any" };
  const equals = selector.indexOf("=");
  const key = selector.slice(0, Math.max(0, equals)).trim();
  const name = selector.slice(equals + 1).trim();
  if (equals >= 0 && key !== "flagSetId" && key !== "source") return "malformed";
  return name === EVERYTHING ? { kind: "any" } : { kind: "named", name };
}

/** Whether the environment behind a key is what the selector asked for. */
export function matchesFlagSet(wish: FlagSetWish, flagSetId: string): boolean {
  return wish.kind === "any" || wish.name === flagSetId;
}

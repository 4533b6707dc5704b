/** What a selector asks for; flagd knows `flagSetId=x`, `source=x` and the bare value, which means a source. */
export type FlagSetWish = { readonly kind: "any" } | { readonly kind: "named"; readonly name: string };

/**
 * Reads a selector (facts/flagd.md, section 3): one pair, no lists. A key other than the two is malformed. What comes
 * after the first `=` is the value, whatever it holds.
 */
export function parseSelector(selector: string): FlagSetWish | "malformed" {
  if (selector === "") return { kind: "any" };
  const equals = selector.indexOf("=");
  if (equals < 0) return { kind: "named", name: selector };
  const key = selector.slice(0, equals).trim();
  const name = selector.slice(equals + 1).trim();
  return key === "flagSetId" || key === "source" ? { kind: "named", name } : "malformed";
}

/** Whether the environment behind a key is what the selector asked for. */
export function matchesFlagSet(wish: FlagSetWish, flagSetId: string): boolean {
  return wish.kind === "any" || wish.name === flagSetId;
}

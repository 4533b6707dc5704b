/** Names that flagd itself gives a meaning: a trait of that name cannot be told from it. */
const TAKEN = new Set(["$flagd", "targetingKey"]);

/**
 * Can `var` find a trait of this name in all evaluators? Empty steps (`a.`, `..`, `./x`) and `__proto__` never work
 * (facts/encodings.md, section 5, property names); a backslash next to a dot escapes it in JavaScript alone.
 */
export function isReachable(name: string): boolean {
  const steps = name.split(".");
  if (steps.includes("") || steps.includes("__proto__")) return false;
  if (TAKEN.has(steps[0] ?? "")) return false;
  return steps.length === 1 || !name.includes("\\");
}

/** How the caller must hold the trait for `var` to find it, as text: `user.tier` is `{"user": {"tier": …}}`. */
export function nestedForm(name: string): string {
  return name.split(".").reduceRight((inner, step) => `{${JSON.stringify(step)}: ${inner}}`, "…");
}

/** The rule is broken: the message says what was seen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** The rule cannot be checked here: the message says why. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** Throws a {@link Violation} unless the condition holds. */
export function demand(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new Violation(seen);
}

/** Throws {@link NotApplicable} unless the condition holds. */
export function needs(condition: boolean, why: string): asserts condition {
  if (!condition) throw new NotApplicable(why);
}

import type { Logic } from "../../model/document.ts";

/**
 * All parts must hold. Folds constants and flattens nested `and`, since an empty list raises in Java and deep nesting
 * makes Rust reject the document (facts/encodings.md, sections 1 and 5).
 */
export function and(...parts: readonly Logic[]): Logic {
  return combine("and", parts, false);
}

/** One part must hold; folded and flattened for the same reasons as {@link and}. */
export function or(...parts: readonly Logic[]): Logic {
  return combine("or", parts, true);
}

/** The complement. A double negation is dropped: wherever we place logic only its truth counts. */
export function not(part: Logic): Logic {
  if (typeof part === "boolean") return !part;
  return operandsOf(part, "!")?.[0] ?? { "!": [part] };
}

/** What the context holds under `name`. Dots in the name walk nested objects (facts/encodings.md, section 5). */
export function property(name: string): Logic {
  return { var: name };
}

/**
 * TEXT′ of facts/encodings.md, section 1: the stand-alone test for text that never raises. Presence comes first, since
 * flagd logs an error with a stack for `starts_with` on a missing attribute.
 */
export function isText(attribute: Logic): Logic {
  return and({ "!==": [attribute, null] }, { starts_with: [attribute, ""] });
}

function combine(operator: "and" | "or", parts: readonly Logic[], decisive: boolean): Logic {
  const open: Logic[] = [];
  for (const part of parts) {
    if (part === decisive) return decisive;
    if (part === !decisive) continue;
    open.push(...(operandsOf(part, operator) ?? [part]));
  }
  const [first, ...others] = open;
  if (first === undefined) return !decisive;
  return others.length === 0 ? first : { [operator]: open };
}

function operandsOf(part: Logic, operator: string): readonly Logic[] | undefined {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return undefined;
  const operands = (part as { readonly [name: string]: Logic })[operator];
  return Array.isArray(operands) ? operands : undefined;
}

import type { Logic } from "../../model/document.ts";

/** How many arrays and objects stand within one another: what Rust counts when it refuses a document. */
export function jsonDepth(logic: Logic): number {
  if (typeof logic !== "object" || logic === null) return 0;
  return 1 + partsOf(logic).reduce<number>((deepest, part) => Math.max(deepest, jsonDepth(part)), 0);
}

/** The names of the attributes of the context that a piece of logic reads. */
export function variablesOf(logic: Logic): Set<string> {
  const names = new Set<string>();
  const visit = (part: Logic) => {
    const [operator, operands] = operationOf(part) ?? [];
    if (operator === "var" && typeof operands === "string") names.add(operands);
    else if (operator !== undefined && OVER_ELEMENTS.has(operator))
      partsOf(operands ?? null)
        .slice(0, 1)
        .forEach(visit);
    else partsOf(part).forEach(visit);
  };
  visit(logic);
  return names;
}

/**
 * Equal operands of `and` and `or` once, the first of them: segments repeat guards, and an earlier guard also holds for
 * what comes later. Size is propagation time (translation.md, Size).
 */
export function withoutRepeats(logic: Logic): Logic {
  const [operator, operands] = operationOf(logic) ?? [];
  if ((operator !== "and" && operator !== "or") || !Array.isArray(operands)) return logic;
  const distinct = [...new Map(operands.map((part: Logic) => [JSON.stringify(part), part])).values()];
  const [first, ...others] = distinct;
  return first !== undefined && others.length === 0 ? first : { [operator]: distinct };
}

/** What stands directly within; empty for a plain value. */
export function partsOf(logic: Logic): readonly Logic[] {
  if (typeof logic !== "object" || logic === null) return [];
  return Array.isArray(logic) ? logic : Object.values(logic);
}

/** In these the second operand reads elements of the first, not the context. */
const OVER_ELEMENTS: ReadonlySet<string> = new Set(["some", "all", "none", "map", "filter", "reduce"]);

function operationOf(logic: Logic): readonly [string, Logic] | undefined {
  if (typeof logic !== "object" || logic === null || Array.isArray(logic)) return undefined;
  return Object.entries(logic)[0];
}

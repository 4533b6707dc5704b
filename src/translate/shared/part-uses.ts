import type { Logic } from "../../model/document.ts";
import { partsOf } from "./logic-walk.ts";
import type { PartTable, PartUse } from "./part-table.ts";

/** Smaller parts are hardly longer than a reference. */
const FEWEST_CHARACTERS = 80;
/** flagd's schema admits a reference as operand of all others (flagd-schemas, targeting.json, `args`). */
const WITHOUT_REFERENCES: ReadonlySet<string> = new Set([
  "starts_with",
  "ends_with",
  "sem_ver",
  "fractional",
  "var",
]);

/** The parts of a flag's rule that could be shared: all that has to be known of it to find what repeats. */
export function partUses(targeting: Logic | undefined, table: PartTable): readonly PartUse[] {
  const uses = (logic: Logic, mayRefer: boolean): readonly PartUse[] => {
    const known = mayRefer ? table.useOf(logic) : undefined;
    if (known !== undefined) return [known];
    const below = admitsBelow(logic, mayRefer);
    const within = partsOf(logic).flatMap((inner) => uses(inner, below));
    if (!mayRefer || !isOperation(logic)) return within;
    const part = table.of(logic);
    return part.length < FEWEST_CHARACTERS ? within : [table.keep({ part, logic, within })];
  };
  return partsOf(targeting ?? null).flatMap((rule) => uses(rule, true));
}

/** Calls `visit` with each use that stands in no other for which `visit` said that it is enough. */
export function visitUses(uses: readonly PartUse[], visit: (use: PartUse) => boolean): void {
  for (const use of uses) {
    if (!visit(use)) visitUses(use.within, visit);
  }
}

/** The rule with references in the place of the objects that have a name. */
export function withReferences(targeting: Logic, names: ReadonlyMap<Logic, string>): Logic {
  const refer = (logic: Logic, mayRefer: boolean): Logic => {
    const name = mayRefer ? names.get(logic) : undefined;
    return name === undefined ? within(logic, mayRefer) : { $ref: name };
  };
  const within = (logic: Logic, mayRefer: boolean): Logic => {
    if (typeof logic !== "object" || logic === null) return logic;
    const below = admitsBelow(logic, mayRefer);
    if (Array.isArray(logic)) return logic.map((item: Logic) => refer(item, below));
    return Object.fromEntries(
      Object.entries(logic).map(([operator, operands]) => [operator, refer(operands, below)]),
    );
  };
  return within(targeting, true);
}

function isOperation(logic: Logic): boolean {
  return typeof logic === "object" && logic !== null && !Array.isArray(logic);
}

/** Whether what stands directly in `logic` may be a reference; the operands in a list are their operator's. */
function admitsBelow(logic: Logic, mayRefer: boolean): boolean {
  if (typeof logic !== "object" || logic === null || Array.isArray(logic)) return mayRefer;
  return !Object.keys(logic).some((operator) => WITHOUT_REFERENCES.has(operator));
}

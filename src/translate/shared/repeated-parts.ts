import type { Logic } from "../../model/document.ts";
import { slugify } from "../../model/slug.ts";
import { byText } from "../../model/text-order.ts";
import { freeNames } from "./free-names.ts";
import { variablesOf } from "./logic-walk.ts";
import type { Part, PartUse } from "./part-table.ts";
import { visitUses } from "./part-uses.ts";
import { perObject } from "./per-object.ts";
import { sharedBody } from "./shared-body.ts";
import { shortHash } from "./short-hash.ts";

/** What a reference and the name of a body take, about. */
const REFERENCE_BYTES = 33;
const NAME_BYTES = 24;
/** flagd searches the whole document for each shared part, which takes as long as checking some hundred bytes of rules. */
const LEAST_SAVED_BYTES = 300;
/** A trait's name may have a thousand characters, and a part's name is written at every reference. */
const MOST_NAME_CHARACTERS = 40;

/** What stands in `$evaluators`, and which parts of the flags are written as references to it. */
export interface SharedParts {
  readonly names: ReadonlyMap<Part, string>;
  readonly bodies: ReadonlyMap<string, Logic>;
}

/**
 * Parts that repeat in the flags, above all "is this number-like text?" of one attribute, go to `$evaluators` too: that
 * halves a dense document, and flagd's time to load it (translation.md, Size). Bodies are left alone, since a reference
 * within one is refused by Go and Java, and a flag's rule as a whole stays its own.
 *
 * @param usesByFlag see `partUses`; the parts are of one table.
 */
export function nameRepeatedParts(
  usesByFlag: readonly (readonly PartUse[])[],
  bodies: ReadonlyMap<string, Logic>,
): SharedParts {
  const all = new Map(bodies);
  const free = freeNames(all);
  const names = new Map<Part, string>();
  const textOf = ({ logic }: Part) => sharedBody(logic).text;
  for (const part of repeatedParts(usesByFlag).sort((left, right) => byText(textOf(left), textOf(right)))) {
    const name = free(partName(part));
    names.set(part, name);
    all.set(name, part.logic);
  }
  return { names, bodies: all };
}

/**
 * What the part reads, for the human, and a hash of what it says: a name does not shift when other parts of the same
 * attribute come and go, which would change the text of flags that nobody touched.
 */
const partName = perObject(({ logic }: Part): string => {
  const read = [...variablesOf(logic)].sort(byText).join("-").slice(0, MOST_NAME_CHARACTERS);
  return `part-${slugify(read, "logic")}-${shortHash(sharedBody(logic).text)}`;
});

/**
 * The largest parts that are worth sharing. A part that occurs again only within a larger one that is shared saves nothing,
 * so counting is repeated until every part left is worth it where it stands by itself.
 */
function repeatedParts(usesByFlag: readonly (readonly PartUse[])[]): Part[] {
  const twice = [...countUses(usesByFlag, () => false)].filter(([, uses]) => uses > 1);
  let repeated = new Set(twice.map(([part]) => part).filter(({ logic }) => sharedBody(logic).isShareable));
  for (;;) {
    const uses = countUses(usesByFlag, (part) => repeated.has(part));
    const seen = [...repeated].filter((part) => uses.has(part));
    const left = seen.filter((part) => isWorthSharing(part.length, uses.get(part) ?? 0));
    if (left.length === seen.length) return left;
    repeated = new Set(left);
  }
}

function isWorthSharing(length: number, uses: number): boolean {
  return uses * (length - REFERENCE_BYTES) - (length + NAME_BYTES) >= LEAST_SAVED_BYTES;
}

/** How often each part occurs, not looking into parts at which to `stop`. */
function countUses(
  usesByFlag: readonly (readonly PartUse[])[],
  stop: (part: Part) => boolean,
): Map<Part, number> {
  const counts = new Map<Part, number>();
  for (const uses of usesByFlag) {
    visitUses(uses, ({ part }) => {
      counts.set(part, (counts.get(part) ?? 0) + 1);
      return stop(part);
    });
  }
  return counts;
}

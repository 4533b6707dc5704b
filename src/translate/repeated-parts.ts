import type { FlagdFlag, Logic } from "../model/document.ts";
import { slugify } from "../model/slug.ts";
import { isShareable } from "./evaluators.ts";
import { freeNames } from "./free-names.ts";
import { partsOf, variablesOf } from "./logic-walk.ts";
import { byText } from "./order.ts";
import { identifyParts, type PartIds } from "./part-ids.ts";
import { shortHash } from "./short-hash.ts";

/** A flag under its key. */
export type NamedFlag = readonly [name: string, flag: FlagdFlag];

/** Smaller parts are hardly longer than a reference. */
const FEWEST_CHARACTERS = 80;
/** What a reference and the name of a body take, about. */
const REFERENCE_BYTES = 33;
const NAME_BYTES = 24;
/** flagd searches the whole document for each shared part, which takes as long as checking some hundred bytes of rules. */
const LEAST_SAVED_BYTES = 300;
/** flagd's schema admits a reference as operand of all others (flagd-schemas, targeting.json, `args`). */
const WITHOUT_REFERENCES: ReadonlySet<string> = new Set([
  "starts_with",
  "ends_with",
  "sem_ver",
  "fractional",
  "var",
]);
/** A trait's name may have a thousand characters, and a part's name is written at every reference. */
const MOST_NAME_CHARACTERS = 40;

/**
 * Parts that repeat in the flags, above all "is this number-like text?" of one attribute, go to `$evaluators` too: that
 * halves a dense document, and flagd's time to load it (translation.md, Size). Bodies are left alone, since a reference
 * within one is refused by Go and Java, and a flag's rule as a whole stays its own.
 */
export function shareParts(
  flags: readonly NamedFlag[],
  bodies: ReadonlyMap<string, Logic>,
): { readonly flags: readonly NamedFlag[]; readonly bodies: ReadonlyMap<string, Logic> } {
  const rules = flags.flatMap(([, { targeting }]) => partsOf(targeting ?? null));
  const parts = identifyParts(rules, FEWEST_CHARACTERS);
  const all = new Map(bodies);
  const free = freeNames(all);
  const names = new Map<number, string>();
  const repeated = repeatedParts(rules, parts).map((id) => ({ id, text: parts.textOf(id) }));
  for (const { id, text } of repeated.sort((left, right) => byText(left.text, right.text))) {
    const part: Logic = JSON.parse(text);
    const name = free(partName(part, text));
    names.set(id, name);
    all.set(name, part);
  }
  const refer = (part: Logic, mayRefer: boolean): Logic => {
    const name = mayRefer ? names.get(parts.idOf(part) ?? -1) : undefined;
    return name === undefined ? within(part, mayRefer) : { $ref: name };
  };
  const within = (part: Logic, mayRefer: boolean): Logic => {
    if (typeof part !== "object" || part === null) return part;
    const below = admitsBelow(part, mayRefer);
    if (Array.isArray(part)) return part.map((item: Logic) => refer(item, below));
    return Object.fromEntries(
      Object.entries(part).map(([operator, operands]) => [operator, refer(operands, below)]),
    );
  };
  return {
    flags: flags.map(
      ([name, flag]): NamedFlag =>
        flag.targeting === undefined
          ? [name, flag]
          : [name, { ...flag, targeting: within(flag.targeting, true) }],
    ),
    bodies: all,
  };
}

/**
 * What the part reads, for the human, and a hash of what it says: a name does not shift when other parts of the same
 * attribute come and go, which would change the text of flags that nobody touched.
 */
function partName(part: Logic, text: string): string {
  const read = [...variablesOf(part)].sort(byText).join("-").slice(0, MOST_NAME_CHARACTERS);
  return `part-${slugify(read, "logic")}-${shortHash(text)}`;
}

/**
 * The largest parts that are worth sharing. A part that occurs again only within a larger one that is shared saves nothing,
 * so counting is repeated until every part left is worth it where it stands by itself.
 */
function repeatedParts(rules: readonly Logic[], parts: PartIds): number[] {
  const twice = [...countUses(rules, parts, () => false)].filter(([, uses]) => uses > 1);
  let repeated = new Set(twice.map(([id]) => id).filter((id) => isShareable(parts.textOf(id))));
  for (;;) {
    const uses = countUses(rules, parts, (id) => repeated.has(id));
    const seen = [...repeated].filter((id) => uses.has(id));
    const left = seen.filter((id) => isWorthSharing(parts.textOf(id).length, uses.get(id) ?? 0));
    if (left.length === seen.length) return left;
    repeated = new Set(left);
  }
}

function isWorthSharing(length: number, uses: number): boolean {
  return uses * (length - REFERENCE_BYTES) - (length + NAME_BYTES) >= LEAST_SAVED_BYTES;
}

/** Whether what stands directly in `part` may be a reference; the operands in a list are their operator's. */
function admitsBelow(part: Logic, mayRefer: boolean): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return mayRefer;
  return !Object.keys(part).some((operator) => WITHOUT_REFERENCES.has(operator));
}

/** How often each part occurs where a reference may stand, not looking into parts at which to `stop`. */
function countUses(
  rules: readonly Logic[],
  parts: PartIds,
  stop: (id: number) => boolean,
): Map<number, number> {
  const uses = new Map<number, number>();
  const visit = (part: Logic, mayRefer: boolean) => {
    const id = mayRefer ? parts.idOf(part) : undefined;
    if (id !== undefined) uses.set(id, (uses.get(id) ?? 0) + 1);
    if (id !== undefined && stop(id)) return;
    const below = admitsBelow(part, mayRefer);
    for (const inner of partsOf(part)) visit(inner, below);
  };
  for (const rule of rules) visit(rule, true);
  return uses;
}

import type { FlagdFlag, Logic } from "../model/document.ts";
import { slugify } from "../model/slug.ts";
import { isShareable } from "./evaluators.ts";
import { partsOf, variablesOf } from "./logic-walk.ts";
import { byText } from "./order.ts";
import { freeName } from "./variants.ts";

/** A flag under its key. */
export type NamedFlag = readonly [name: string, flag: FlagdFlag];

/** Smaller parts hardly pay for a reference of some 25 bytes and a body. */
const FEWEST_CHARACTERS = 200;

/**
 * Parts that repeat in the flags, above all "is this number-like text?" of one attribute, go to `$evaluators` too: that
 * halves a dense document, and flagd's time to load it (translation.md, Size). Bodies are left alone, since a reference
 * within one is refused by Go and Java, and a flag's rule as a whole stays its own.
 */
export function shareParts(
  flags: readonly NamedFlag[],
  bodies: ReadonlyMap<string, Logic>,
): { readonly flags: readonly NamedFlag[]; readonly bodies: ReadonlyMap<string, Logic> } {
  const texts = new Map<Logic, string>();
  const rules = flags.flatMap(([, { targeting }]) => partsOf(targeting ?? null));
  for (const rule of rules) measure(rule, texts);
  const all = new Map(bodies);
  const names = new Map<string, string>();
  for (const text of repeatedParts(rules, texts).sort(byText)) {
    const part: Logic = JSON.parse(text);
    const name = freeName(`part-${slugify([...variablesOf(part)].sort(byText).join("-"), "logic")}`, all);
    names.set(text, name);
    all.set(name, part);
  }
  const refer = (part: Logic): Logic => {
    const name = names.get(texts.get(part) ?? "");
    return name === undefined ? within(part) : { $ref: name };
  };
  const within = (part: Logic): Logic => {
    if (typeof part !== "object" || part === null) return part;
    if (Array.isArray(part)) return part.map(refer);
    return Object.fromEntries(
      Object.entries(part).map(([operator, operands]) => [operator, refer(operands)]),
    );
  };
  return {
    flags: flags.map(
      ([name, flag]): NamedFlag =>
        flag.targeting === undefined ? [name, flag] : [name, { ...flag, targeting: within(flag.targeting) }],
    ),
    bodies: all,
  };
}

/** Fills in the JSON of every operation that is long enough to share; gives the JSON of `part`. */
function measure(part: Logic, texts: Map<Logic, string>): string {
  if (typeof part !== "object" || part === null) return JSON.stringify(part);
  if (Array.isArray(part)) return `[${part.map((item: Logic) => measure(item, texts)).join(",")}]`;
  const members = Object.entries(part).map(
    ([operator, operands]) => `${JSON.stringify(operator)}:${measure(operands, texts)}`,
  );
  const text = `{${members.join(",")}}`;
  if (text.length >= FEWEST_CHARACTERS) texts.set(part, text);
  return text;
}

/**
 * The largest parts that occur twice or more. A part that occurs again only within a larger one that is shared is not
 * worth sharing, so counting is repeated until every part left is used twice where it stands by itself.
 */
function repeatedParts(rules: readonly Logic[], texts: ReadonlyMap<Logic, string>): string[] {
  let candidates = countUses(rules, texts, () => false);
  for (;;) {
    const repeated = new Set(
      [...candidates].filter(([text, uses]) => uses > 1 && isShareable(text)).map(([text]) => text),
    );
    candidates = countUses(rules, texts, (text) => repeated.has(text));
    for (const text of candidates.keys()) if (!repeated.has(text)) candidates.delete(text);
    if ([...candidates.values()].every((uses) => uses > 1)) return [...candidates.keys()];
  }
}

/** How often each part occurs, not looking into parts at which to `stop`. */
function countUses(
  rules: readonly Logic[],
  texts: ReadonlyMap<Logic, string>,
  stop: (text: string) => boolean,
): Map<string, number> {
  const uses = new Map<string, number>();
  const visit = (part: Logic) => {
    const text = texts.get(part);
    if (text !== undefined) uses.set(text, (uses.get(text) ?? 0) + 1);
    if (text === undefined || !stop(text)) partsOf(part).forEach(visit);
  };
  rules.forEach(visit);
  return uses;
}

import type { Feature, FlagValue } from "../../model/environment.ts";
import { slugify } from "../../model/slug.ts";
import { byText } from "../../model/text-order.ts";
import { freeNames } from "../shared/free-names.ts";

/** A value as flagd may hold it. */
export type VariantValue = string | number | boolean;

/** The variants of one flag while it is translated. */
export interface Variants {
  /** The variant of a multivariate option: `variant_1`, `variant_2` … in option id order. */
  readonly ofOption: ReadonlyMap<number, string>;
  /** The variant that holds an override's value: one that exists, or a new `override_<slug>`. */
  ofOverride(value: FlagValue, owner: VariantOwner): string;
  /** `control`, all options, and of the overrides' variants those in `used`; in the order of canonical JSON. */
  table(used: ReadonlySet<string>): Record<string, VariantValue>;
}

/** Whose value a variant holds; its name is what a reader of an evaluation log sees. */
interface VariantOwner {
  readonly name: string;
  readonly fallback: string;
}

/** A flag without value is boolean `true`: on is all that it says (translation.md, Document). */
export function variantValue(value: FlagValue): VariantValue {
  return value ?? true;
}

/**
 * Names by translation.md, Document. Names are slugs, so they hold no quotes, which flagd strips (facts/flagd.md,
 * section 5). The first to ask for a name gets it without suffix, so ask in a fixed order.
 */
export function createVariants(feature: Feature): Variants {
  const values = new Map<string, VariantValue>();
  /** By value: ten thousand identities may each have their own. */
  const names = new Map<VariantValue, string>();
  const add = (name: string, value: VariantValue) => {
    values.set(name, value);
    if (!names.has(value)) names.set(value, name);
  };
  const free = freeNames(values);
  add("control", variantValue(feature.environmentState.value));
  const ofOption = new Map<number, string>();
  const options = feature.options.toSorted((left, right) => left.id - right.id);
  for (const [index, option] of options.entries()) {
    const name = `variant_${index + 1}`;
    add(name, variantValue(option.value));
    ofOption.set(option.id, name);
  }
  const permanent = new Set(values.keys());
  return {
    ofOption,
    ofOverride(value, owner) {
      const wanted = variantValue(value);
      const held = names.get(wanted);
      if (held !== undefined) return held;
      const name = free(`override_${slugify(owner.name, owner.fallback)}`);
      add(name, wanted);
      return name;
    },
    table(used) {
      const held = [...values].filter(([name]) => permanent.has(name) || used.has(name));
      return Object.fromEntries(held.length > 1 ? held.sort(([left], [right]) => byText(left, right)) : held);
    },
  };
}

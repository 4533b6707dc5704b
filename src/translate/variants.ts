import type { Feature, FlagValue } from "../model/environment.ts";
import { slugify } from "../model/slug.ts";

/** A value as flagd may hold it. */
export type VariantValue = string | number | boolean;

/** The variants of one flag while it is translated. */
export interface Variants {
  /** The variant of a multivariate option: `variant_1`, `variant_2` … in option id order. */
  readonly ofOption: ReadonlyMap<number, string>;
  /** The variant that holds an override's value: one that exists, or a new `override_<slug>`. */
  ofOverride(value: FlagValue, owner: VariantOwner): string;
  /** `control`, all options, and of the overrides' variants those in `used`. */
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
  const values = new Map<string, VariantValue>([["control", variantValue(feature.environmentState.value)]]);
  const ofOption = new Map<number, string>();
  const options = feature.options.toSorted((left, right) => left.id - right.id);
  for (const [index, option] of options.entries()) {
    const name = `variant_${index + 1}`;
    values.set(name, variantValue(option.value));
    ofOption.set(option.id, name);
  }
  const permanent = new Set(values.keys());
  return {
    ofOption,
    ofOverride(value, owner) {
      const wanted = variantValue(value);
      for (const [name, held] of values) if (held === wanted) return name;
      const name = freeName(`override_${slugify(owner.name, owner.fallback)}`, values);
      values.set(name, wanted);
      return name;
    },
    table: (used) =>
      Object.fromEntries([...values].filter(([name]) => permanent.has(name) || used.has(name))),
  };
}

/** `base`, or `base-2`, `base-3` … where it is taken. */
export function freeName(base: string, taken: { has(name: string): boolean }): string {
  if (!taken.has(base)) return base;
  let suffix = 2;
  while (taken.has(`${base}-${suffix}`)) suffix += 1;
  return `${base}-${suffix}`;
}

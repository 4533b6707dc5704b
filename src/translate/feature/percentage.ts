import type { Allocation } from "../../model/environment.ts";
import { decimalsOf } from "./percentage-decimals.ts";

/** One slice of a split: an option, or `null` for the rest that keeps the state's own value. */
export interface Bucket {
  readonly optionId: number | null;
  /** A whole number; the weights of one split add up to 100 % in the split's own unit. */
  readonly weight: number;
}

/**
 * Lays the buckets as Flagsmith does: one after the other in allocation order, cut at 100 %, the rest to the state's own
 * value (facts/flagsmith.md, section 9). Weights are whole since one decimal makes flagd give up the whole operator
 * (translation.md, Multivariate).
 */
export function layBuckets(allocations: readonly Allocation[], optionIds: ReadonlySet<number>): Bucket[] {
  const percentages = allocations.map(({ percentage }) => Math.max(percentage, 0));
  const unit = 10 ** Math.max(0, ...percentages.map(decimalsOf));
  let left = 100 * unit;
  let rest = 0;
  const buckets: Bucket[] = [];
  for (const [index, { optionId }] of allocations.entries()) {
    const weight = Math.min(left, Math.round((percentages[index] ?? 0) * unit));
    left -= weight;
    if (!optionIds.has(optionId)) rest += weight;
    else if (weight > 0) buckets.push({ optionId, weight });
  }
  rest += left;
  return rest > 0 ? [...buckets, { optionId: null, weight: rest }] : buckets;
}

import { type Judgement, VERDICTS, type Verdict } from "../check.ts";

/** Counts by verdict. */
export type Counts = Record<Verdict, number>;

/** Counts of one row of a table; a row exists once something was counted in it. */
export class Tally {
  readonly #rows = new Map<string, Counts>();

  add(row: string, { verdict }: Judgement): void {
    const counts = this.#rows.get(row) ?? emptyCounts();
    counts[verdict] += 1;
    this.#rows.set(row, counts);
  }

  rows(): readonly (readonly [string, Counts])[] {
    return [...this.#rows];
  }
}

/** All counts at zero. */
function emptyCounts(): Counts {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
}

/** All answers counted. */
export function totalOf(counts: Counts): number {
  return VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0);
}

/** The share of answers equal to Flagsmith's among those that have one right answer, in percent. */
export function shareOf(counts: Counts): number {
  const decided = totalOf(counts) - counts.open;
  return decided === 0 ? 100 : (100 * counts.agrees) / decided;
}

/** The value below which a share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

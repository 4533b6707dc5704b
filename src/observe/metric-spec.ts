/** One label of a metric. Its values are few, whatever is served and whoever follows: named here, or bounded by a number. */
export type LabelSpec = { readonly meaning: string } & (
  | { readonly values: readonly string[] }
  | { readonly most: number }
);

/** One metric as it is exported, and as docs/metrics.md describes it. */
export interface MetricSpec {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The HELP line. */
  readonly help: string;
  /** What else an operator has to know, for docs/metrics.md; Markdown. */
  readonly note?: string;
  readonly labels?: Readonly<Record<string, LabelSpec>>;
  /** Of a histogram: upper bounds, in the unit that the name ends with. */
  readonly buckets?: readonly number[];
}

/** Bounds for what should take milliseconds and may take seconds. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { MetricSpec } from "./metric-spec.ts";
import { METRICS } from "./metric-table.ts";

type Table = typeof METRICS;
type LabelsOf<Spec> = Spec extends { readonly labels: infer Labels } ? keyof Labels & string : never;

type InstrumentOf<Spec extends MetricSpec> = Spec["type"] extends "counter"
  ? Counter<LabelsOf<Spec>>
  : Spec["type"] extends "gauge"
    ? Gauge<LabelsOf<Spec>>
    : Histogram<LabelsOf<Spec>>;

/** One instrument for each row of the table. */
export type Instruments = { readonly [Key in keyof Table]: InstrumentOf<Table[Key]> };

/** All series, where all values of all labels are known: one that first appears with 1 was no increase to Prometheus. */
function knownSeries({ labels = {} }: MetricSpec): readonly Record<string, string>[] {
  let series: readonly Record<string, string>[] = [{}];
  for (const [name, label] of Object.entries(labels)) {
    if (!("values" in label)) return [];
    series = series.flatMap((each) => label.values.map((value) => ({ ...each, [name]: value })));
  }
  return series;
}

function createInstrument(spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const { name, help, type, buckets = [] } = spec;
  const options = { name, help, labelNames: Object.keys(spec.labels ?? {}), registers: [registry] };
  if (type === "gauge") return new Gauge(options);
  if (type === "histogram") {
    const histogram = new Histogram({ ...options, buckets: [...buckets] });
    for (const series of knownSeries(spec)) histogram.zero(series);
    return histogram;
  }
  const counter = new Counter(options);
  for (const series of knownSeries(spec)) counter.inc(series, 0);
  return counter;
}

/** Registers these rows of the table. */
export function createInstruments<Key extends keyof Table>(
  registry: Registry,
  keys: readonly Key[],
): Pick<Instruments, Key> {
  const entries = keys.map((key) => [key, createInstrument(METRICS[key], registry)]);
  // What TypeScript cannot follow through Object.fromEntries: each row gives the instrument that its type names.
  return Object.fromEntries(entries) as Pick<Instruments, Key>;
}

/** Every row of the table. */
export const ALL_KEYS = Object.keys(METRICS).filter((key): key is keyof Table => key in METRICS);

import { parser } from "@prometheus-io/lezer-promql";
import type { MetricSpec } from "../../../src/observe/metric-spec.ts";
import { METRICS } from "../../../src/observe/metric-table.ts";

/** Labels that Prometheus itself, its scrape configuration and our first process of several add. */
const TARGET_LABELS = ["job", "instance", "namespace", "pod", "worker"];

/** prom-client's own metrics that dashboards may use, with their types. */
const PROCESS_METRICS: Readonly<Record<string, MetricSpec["type"]>> = {
  process_resident_memory_bytes: "gauge",
  process_cpu_seconds_total: "counter",
  process_open_fds: "gauge",
  nodejs_heap_size_used_bytes: "gauge",
  nodejs_eventloop_lag_p99_seconds: "gauge",
};

const OVER_TIME = /^(rate|irate|increase|resets|changes)$/;
const GAUGES_OVER_TIME = /^(\w+_over_time|delta|deriv|predict_linear|changes)$/;

type Node = ReturnType<typeof parser.parse>["topNode"];

function children(node: Node, name: string): Node[] {
  const found: Node[] = [];
  node.cursor().iterate((each) => {
    if (each.name === name) found.push(each.node);
  });
  return found;
}

function ancestors(node: Node, name: string): Node[] {
  const found: Node[] = [];
  for (let each = node.parent; each !== null; each = each.parent) if (each.name === name) found.push(each);
  return found;
}

interface Known {
  readonly type: MetricSpec["type"];
  readonly labels: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly isBucket: boolean;
}

function lookUp(name: string): Known | undefined {
  for (const spec of Object.values(METRICS) as MetricSpec[]) {
    const suffixes = spec.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!suffixes.some((suffix) => `${spec.name}${suffix}` === name)) continue;
    const isBucket = name === `${spec.name}_bucket`;
    const values = Object.entries(spec.labels ?? {}).flatMap(([label, each]) =>
      "values" in each ? [[label, each.values] as const] : [],
    );
    return {
      type: spec.type,
      labels: [...Object.keys(spec.labels ?? {}), ...(isBucket ? ["le"] : [])],
      values: Object.fromEntries(values),
      isBucket,
    };
  }
  const type = PROCESS_METRICS[name];
  return type === undefined ? undefined : { type, labels: [], values: {}, isBucket: false };
}

/** Everything that is wrong with an expression: it does not parse, or asks for metrics, labels or values that are not there. */
export function faultsOf(expression: string): string[] {
  const tree = parser.parse(expression).topNode;
  const text = (node: Node): string => expression.slice(node.from, node.to);
  const broken = children(tree, "⚠");
  if (broken.length > 0) return [`does not parse at ${broken[0]?.from}: ${expression}`];
  const faults: string[] = [];
  for (const selector of children(tree, "VectorSelector")) {
    const name = text(selector.getChild("Identifier") ?? selector);
    const known = lookUp(name);
    if (known === undefined) {
      faults.push(`there is no metric ${name}`);
      continue;
    }
    const allowed = [...known.labels, ...TARGET_LABELS];
    for (const matcher of children(selector, "UnquotedLabelMatcher")) {
      const [label = "", , quoted = ""] = [...iterate(matcher)].map(text);
      if (!allowed.includes(label)) faults.push(`${name} has no label ${label}`);
      const values = known.values[label];
      const wanted = quoted.slice(1, -1).split("|");
      for (const value of wanted) {
        if (values !== undefined && !values.includes(value))
          faults.push(`${name} has no ${label}="${value}"`);
      }
    }
    const functions = ancestors(selector, "FunctionCall").map((call) =>
      text(call.getChild("FunctionIdentifier") ?? call),
    );
    const cumulative = known.type !== "gauge";
    if (cumulative && !functions.some((each) => OVER_TIME.test(each))) {
      faults.push(`${name} only ever grows: put it in rate() or increase()`);
    }
    if (!cumulative && functions.some((each) => OVER_TIME.test(each) && !GAUGES_OVER_TIME.test(each))) {
      faults.push(`${name} is a gauge, and no counter`);
    }
    for (const aggregate of ancestors(selector, "AggregateExpr")) {
      const grouping = aggregate.getChild("AggregateModifier");
      const labels = grouping === null ? [] : children(grouping, "LabelName").map(text);
      for (const label of labels) if (!allowed.includes(label)) faults.push(`${name} has no label ${label}`);
      const inQuantile = functions.includes("histogram_quantile");
      if (known.isBucket && inQuantile && !labels.includes("le")) faults.push(`${name} is summed without le`);
    }
    if (known.isBucket && !functions.includes("histogram_quantile")) faults.push(`${name} in no quantile`);
  }
  return faults;
}

function* iterate(node: Node): Generator<Node> {
  for (let each = node.firstChild; each !== null; each = each.nextSibling) yield each;
}

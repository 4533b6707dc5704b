import { expect, it } from "vitest";
import { faultsOf } from "./promql.ts";

it.each([
  ["sum by (le) (rate(flagsmith_flagd_delivery_seconds_bucket[5m]", /does not parse/],
  ["flagsmith_flagd_nothing > 0", /no metric flagsmith_flagd_nothing/],
  ["flagsmith_flagd_delivery_seconds > 0", /no metric flagsmith_flagd_delivery_seconds/],
  ['flagsmith_flagd_ready{key="a"} == 0', /no label key/],
  ['flagsmith_flagd_schema_problems{kind=~"silent|loud"} > 0', /no kind="loud"/],
  ["sum by (reason) (flagsmith_flagd_ready)", /no label reason/],
  ["flagsmith_flagd_coalesced_total > 3", /only ever grows/],
  ["rate(flagsmith_flagd_ready[5m]) > 3", /is a gauge/],
  ["histogram_quantile(0.5, sum by (job) (rate(flagsmith_flagd_delivery_seconds_bucket[5m])))", /without le/],
])("finds what is wrong with %s", (expression, fault) => {
  expect(faultsOf(expression).join()).toMatch(fault);
});

it("finds nothing wrong with what is right", () => {
  const quantile =
    "histogram_quantile(0.5, sum by (job, le) (rate(flagsmith_flagd_delivery_seconds_bucket[5m])))";
  expect(faultsOf(`${quantile} > 3 and on (job) flagsmith_flagd_ready{instance=~".+"} == 1`)).toEqual([]);
  expect(faultsOf('increase(flagsmith_flagd_refused_total{reason!="unknown_key"}[1h]) > 0')).toEqual([]);
});

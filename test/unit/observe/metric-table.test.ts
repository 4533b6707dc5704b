import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { StaleCause } from "../../../src/app/database/staleness.ts";
import type { RefusalReason } from "../../../src/model/access.ts";
import { WARNING_REASONS } from "../../../src/model/warning.ts";
import type { MetricSpec } from "../../../src/observe/metric-spec.ts";
import { METRIC_GROUPS, METRICS } from "../../../src/observe/metric-table.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { SCHEMA_ADVICE } from "../../../src/postgres/schema/schema-problems.ts";
import type { StreamEndReason } from "../../../src/transports/grpc/observer.ts";
import { CUT_REASONS } from "../../../src/transports/port/observer.ts";

const SPECS: readonly MetricSpec[] = Object.values(METRICS);

const REFUSALS: Record<RefusalReason, true> = {
  missing_key: true,
  unknown_key: true,
  client_side_key: true,
  organisation_stopped: true,
  edge_project: true,
  project_not_enabled: true,
  wrong_flag_set: true,
  malformed_selector: true,
  ambiguous_flag_set: true,
  flag_set_needed: true,
  not_an_admin_key: true,
  busy: true,
  document_too_large: true,
  too_many_failures: true,
  master_keys_unreadable: true,
};
const STREAM_ENDS: Record<StreamEndReason, true> = {
  client: true,
  deadline: true,
  draining: true,
  half_open: true,
  max_age: true,
  refused: true,
  slow: true,
};
const STALE_CAUSES: Record<StaleCause, true> = {
  database: true,
  listener_deaf: true,
  standby: true,
  schema_changed: true,
};

describe("the table of metrics", () => {
  it("names them as Prometheus wants it, with units and a word on each", () => {
    expect(new Set(SPECS.map(({ name }) => name)).size).toBe(SPECS.length);
    for (const { name, type, help, buckets } of SPECS) {
      expect(name).toMatch(/^(flagsmith_flagd|feature_flag_flagd_sync)_[a-z_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      if (type === "histogram") {
        expect(name).toMatch(/_(seconds|bytes)$/);
        expect(buckets?.length, name).toBeGreaterThan(3);
        expect([...(buckets ?? [])].sort((left, right) => left - right)).toEqual(buckets);
      }
      expect(help).toMatch(/^[A-Z01].*[^.]$/);
    }
  });

  it("has no label whose values somebody else chooses, and few values of each", () => {
    for (const { name, labels = {} } of SPECS) {
      for (const [label, spec] of Object.entries(labels)) {
        expect(label, name).not.toMatch(
          /environment|key|peer|address|user|feature|flag|selector|provider|path/,
        );
        const most = "most" in spec ? spec.most : spec.values.length;
        expect(most, `${name}{${label}}`).toBeLessThanOrEqual(25);
      }
    }
  });

  it("knows the values that the rooms use", () => {
    const sorted = (values: readonly string[]) => [...values].sort();
    expect(METRICS.translationWarnings.labels.reason.values).toEqual(WARNING_REASONS);
    expect(METRICS.documentWarnings.labels.reason.values).toEqual(WARNING_REASONS);
    expect(METRICS.refused.labels.reason.values).toEqual(Object.keys(REFUSALS));
    expect(METRICS.streamDuration.labels.reason.values).toEqual(Object.keys(STREAM_ENDS));
    expect(METRICS.stale.labels.cause.values).toEqual(Object.keys(STALE_CAUSES));
    expect(METRICS.schemaProblems.labels.kind.values).toEqual(Object.keys(SCHEMA_ADVICE));
    expect(sorted(METRICS.connectionsCut.labels.reason.values)).toEqual(sorted(Object.keys(CUT_REASONS)));
  });

  it("is what the registry has, with type and help", async () => {
    const text = await createMetrics("1.2.3").render();
    for (const { name, type, help } of SPECS) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
    const ours = [...text.matchAll(/^# TYPE (flagsmith_flagd_\w+|feature_flag_\w+) /gm)].map(
      ([, name]) => name,
    );
    expect(ours.sort()).toEqual(SPECS.map(({ name }) => name).sort());
  });

  it("shows series from the start where their labels are known, since Prometheus sees no increase from nothing to 1", async () => {
    const text = await createMetrics("1.2.3").render();
    expect(text).toContain('flagsmith_flagd_refused_total{reason="unknown_key"} 0');
    expect(text).toContain('flagsmith_flagd_tls_reloads_total{port="sync",outcome="refused"} 0');
    expect(text).toContain('flagsmith_flagd_stream_duration_seconds_count{reason="slow"} 0');
  });
});

describe("what is reported", () => {
  it("of streams is told by flagd's names and reasons too", async () => {
    const metrics = createMetrics("1.2.3");
    for (const reason of Object.keys(STREAM_ENDS)) {
      metrics.streamOpened();
      metrics.streamEnded(reason, 45_000);
    }
    metrics.streamOpened();
    const text = await metrics.render();
    expect(text).toContain("\nflagsmith_flagd_active_streams 1\n");
    expect(text).toContain("\nfeature_flag_flagd_sync_active_streams 1\n");
    const count = (reason: string) =>
      new RegExp(
        `feature_flag_flagd_sync_stream_duration_seconds_bucket\\{le="60",reason="${reason}"\\} (\\d+)`,
      ).exec(text)?.[1];
    const reasons = METRICS.flagdStreamDuration.labels.reason.values;
    expect(Object.fromEntries(reasons.map((reason) => [reason, count(reason)]))).toEqual({
      normal_close: "2",
      deadline_exceeded: "1",
      client_disconnect: "2",
      error: "2",
    });
  });

  it("of what is served is looked up at each scrape, and goes back to 0", async () => {
    const metrics = createMetrics("1.2.3");
    let figures = {
      ready: false,
      staleness: { seconds: 7, environments: 2, causes: ["standby"] },
      scheduledAtMs: [1_000_500, 2_000_000],
      warnings: ["type_mismatch", "type_mismatch", "unreadable_row"],
    };
    metrics.figuresFrom(() => figures);
    const first = await metrics.render();
    for (const line of [
      "flagsmith_flagd_ready 0",
      "flagsmith_flagd_staleness_seconds 7",
      "flagsmith_flagd_stale_environments 2",
      'flagsmith_flagd_stale{cause="standby"} 1',
      'flagsmith_flagd_stale{cause="database"} 0',
      "flagsmith_flagd_scheduled_changes 2",
      "flagsmith_flagd_next_scheduled_change_timestamp_seconds 1000.5",
      'flagsmith_flagd_document_warnings{reason="type_mismatch"} 2',
    ]) {
      expect(first).toContain(`${line}\n`);
    }
    figures = {
      ...figures,
      ready: true,
      staleness: { ...figures.staleness, causes: [] },
      scheduledAtMs: [],
      warnings: [],
    };
    const second = await metrics.render();
    expect(second).toContain("flagsmith_flagd_ready 1\n");
    expect(second).toContain("flagsmith_flagd_next_scheduled_change_timestamp_seconds 0\n");
    expect(second).toContain('flagsmith_flagd_stale{cause="standby"} 0\n');
    expect(second).toContain('flagsmith_flagd_document_warnings{reason="type_mismatch"} 0\n');
  });
});

/** docs/metrics.md is made from the table: `UPDATE_DOCS=1 npx vitest run test/unit/observe` writes it. */
const PAGE = "docs/metrics.md";
const MARK =
  "<!-- from here on made from src/observe/metric-table.ts: UPDATE_DOCS=1 npx vitest run test/unit/observe -->";

function describeMetric({ name, type, help, note, labels = {}, buckets }: MetricSpec): string {
  const labelLines = Object.entries(labels).map(([label, spec]) => {
    const values =
      "values" in spec ? spec.values.map((value) => `\`${value}\``).join(", ") : `at most ${spec.most}`;
    return `- Label \`${label}\`: ${spec.meaning}. Values: ${values}`;
  });
  return [
    `### \`${name}\``,
    "",
    `${help}.${note === undefined ? "" : ` ${note}`}`,
    "",
    `- Type: ${type}${buckets === undefined ? "" : `; buckets up to ${buckets.join(", ")}`}`,
    ...labelLines,
    "",
  ].join("\n");
}

it("docs/metrics.md says of every metric what the table says", () => {
  const [introduction = ""] = readFileSync(PAGE, "utf8").split(MARK);
  const groups = Object.entries(METRIC_GROUPS).map(([group, specs]) =>
    [`## ${group}`, "", ...Object.values(specs).map(describeMetric)].join("\n"),
  );
  const wanted = `${introduction}${MARK}\n\n${groups.join("\n")}`;
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, wanted);
  else expect(readFileSync(PAGE, "utf8")).toBe(wanted);
});

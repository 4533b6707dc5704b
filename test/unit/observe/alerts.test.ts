import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { faultsOf } from "./promql.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const PATH = "deploy/prometheus/flagsmith-flagd.rules.yaml";
const RUNBOOK = "docs/observability.md";
const FILE: { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] } =
  parse(readFileSync(PATH, "utf8"));
const RULES = FILE.groups.flatMap(({ rules }) => rules);

const TARGET = 'job="flags", instance="a"';
/** No sample for an hour but one: what makes each alert fire within the hour, and what leaves it silent. */
const CASES: Readonly<Record<string, { readonly fires: Series; readonly silent: Series }>> = {
  Down: { fires: { "other{}": "1x60" }, silent: { "flagsmith_flagd_info{}": "1x60" } },
  NotReady: one("ready", "", "0x60", "1x60"),
  Stale: one("staleness_seconds", "", "0+60x60", "30x60"),
  ListenerDeaf: one("listening", "", "0x60", "1x60"),
  EnvironmentUnreadable: one("stale_environments", "", "2x60", "0x60"),
  DocumentTooLarge: one("documents_held", 'reason="document_too_large"', "1x60", "0x60"),
  PropagationSlow: slow("propagation_seconds", "0.5", "2.5"),
  DeliverySlow: slow("delivery_seconds", "0.5", "5"),
  ScheduleLate: slow("schedule_lateness_seconds", "0.5", "5"),
  MissedNotifications: one("missed_notifications_total", "", "0x30 1x30", "1x60"),
  SchemaProblem: one("schema_problems", 'kind="unreadable"', "1x60", "0x60"),
  TriggerMissing: one("schema_problems", 'kind="silent"', "1x60", "0x60"),
  SetUpIncomplete: one("schema_problems", 'kind="set_up"', "1x60", "0x60"),
  TranslationWarnings: one("document_warnings", 'reason="type_mismatch"', "3x50 4x10", "3x60"),
  AuthenticationFailures: one("refused_total", 'reason="unknown_key"', "0+10x60", "0+1x60"),
  PeersSlowed: one("slowed_total", 'reason="unverified"', "0+50x60", "0+5x60"),
  SlowReaders: one("stream_duration_seconds_count", 'reason="slow"', "0x50 10x10", "10x60"),
  StateUnwritable: one("state_failing", "", "1x60", "0x60"),
  CertificateExpires: one(
    "tls_certificate_expiry_timestamp_seconds",
    'port="sync"',
    "600000x60",
    "700000x60",
  ),
  CertificateRefused: one("tls_reloads_total", 'port="sync", outcome="refused"', "0x30 1x30", "1x60"),
};

type Series = Readonly<Record<string, string>>;

function one(name: string, labels: string, fires: string, silent: string): { fires: Series; silent: Series } {
  const series = `flagsmith_flagd_${name}{${labels}}`;
  return { fires: { [series]: fires }, silent: { [series]: silent } };
}

/** A histogram whose observations all lie in one bucket. */
function slow(name: string, low: string, high: string): { fires: Series; silent: Series } {
  const bucket = (le: string, values: string) => [`flagsmith_flagd_${name}_bucket{le="${le}"}`, values];
  const all = "0+10x60";
  const fires = [bucket(low, "0x60"), bucket(high, all), bucket("+Inf", all)];
  const silent = [bucket(low, all), bucket(high, all), bucket("+Inf", all)];
  return { fires: Object.fromEntries(fires), silent: Object.fromEntries(silent) };
}

describe("the alert rules for Prometheus", () => {
  it("ask only for what there is", () => {
    expect(RULES.length).toBeGreaterThan(15);
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
    for (const { alert, expr } of RULES) expect(faultsOf(expr), alert).toEqual([]);
  });

  it("say how bad it is, what it is and what to do", () => {
    for (const { alert, labels, annotations, for: lasting } of RULES) {
      expect(alert).toMatch(/^FlagsmithFlagd[A-Z]\w+$/);
      expect(["critical", "warning", "info"]).toContain(labels.severity);
      expect(lasting).toMatch(/^\d+m$/);
      expect(annotations.summary.length, alert).toBeLessThan(120);
      expect(annotations.description.length, alert).toBeGreaterThan(80);
      expect(annotations.description, alert).toMatch(/\.$/);
    }
  });

  it("lead to a section of the runbook, and each section belongs to an alert", () => {
    const page = readFileSync(RUNBOOK, "utf8");
    const sections = [...page.matchAll(/^### (FlagsmithFlagd\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(RULES.map(({ alert }) => alert).sort());
    for (const { alert, annotations } of RULES) {
      const [url, anchor] = annotations.runbook_url.split("#");
      expect(url).toBe(`https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/${RUNBOOK}`);
      expect(anchor).toBe(alert.toLowerCase());
    }
  });

  const promtool = process.env.PROMTOOL ?? "promtool";
  const works = spawnSync(promtool, ["--version"]).status === 0;
  if (!works)
    console.warn("promtool is not installed: that each alert fires, and falls silent, is not tried here");

  it("have a case for each", () => {
    expect(Object.keys(CASES).map((name) => `FlagsmithFlagd${name}`)).toEqual(
      RULES.map(({ alert }) => alert),
    );
  });

  it.skipIf(!works)("fire when they must, and only then (promtool)", () => {
    const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-rules-"));
    const targeted = (series: Series) =>
      Object.entries(series).map(([name, values]) => ({
        series: name.replace("{", name.includes("{}") ? `{${TARGET}` : `{${TARGET}, `),
        values,
      }));
    const tests = Object.entries(CASES).flatMap(([name, { fires, silent }]) =>
      [fires, silent].map((series, index) => ({
        interval: "1m",
        input_series: targeted(series),
        promql_expr_test: [
          {
            expr: `count(ALERTS{alertname="FlagsmithFlagd${name}", alertstate="firing"}) or vector(0)`,
            eval_time: "55m",
            exp_samples: [{ labels: "{}", value: index === 0 ? 1 : 0 }],
          },
        ],
      })),
    );
    const file = join(folder, "cases.yaml");
    writeFileSync(file, stringify({ rule_files: [resolve(PATH)], tests }));
    const { status, stdout, stderr } = spawnSync(promtool, ["test", "rules", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(`${stdout}${stderr}`).toMatch(/SUCCESS/);
    expect(status).toBe(0);
  });
});

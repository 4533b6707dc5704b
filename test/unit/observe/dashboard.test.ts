import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../../src/observe/metric-table.ts";
import { faultsOf } from "./promql.ts";

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

const TEXT = readFileSync("deploy/grafana/flagsmith-flagd.json", "utf8");
const DASHBOARD: {
  readonly id: null;
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
} = JSON.parse(TEXT);
const PANELS = DASHBOARD.panels.filter(({ type }) => type !== "row");
const TARGETS = PANELS.flatMap((panel) =>
  (panel.targets ?? []).map((target) => ({ panel: panel.title, ...target })),
);

/** As Grafana fills in what begins with a dollar. */
function filledIn(expression: string): string {
  return expression.replaceAll("$__rate_interval", "5m").replaceAll(/"\$(job|instance)"/g, '".*"');
}

describe("the dashboard for Grafana", () => {
  it("has what Grafana needs to import it, and names no data source of ours", () => {
    expect(DASHBOARD.id).toBeNull();
    expect(DASHBOARD.uid).toMatch(/^[a-z-]{1,40}$/);
    expect(DASHBOARD.title).toBe("flagsmith-flagd");
    expect(DASHBOARD.schemaVersion).toBeGreaterThanOrEqual(36);
    const [first] = DASHBOARD.templating.list;
    expect(first).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    const uids = [...TEXT.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    expect(new Set(uids)).toEqual(new Set(["flagsmith-flagd", `\${datasource}`, "-- Grafana --"]));
    expect(TEXT).not.toContain("__inputs");
  });

  it("has panels that stand beside one another, each with an id of its own", () => {
    expect(new Set(DASHBOARD.panels.map(({ id }) => id)).size).toBe(DASHBOARD.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of DASHBOARD.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} lies over another`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it("asks only for what there is, of the chosen job and instance", () => {
    expect(TARGETS.length).toBeGreaterThan(30);
    for (const { panel, expr } of TARGETS) {
      expect(faultsOf(filledIn(expr)), panel).toEqual([]);
      const selectors = expr.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length, panel).toBeGreaterThan(0);
      for (const selector of selectors) {
        expect(selector, panel).toContain('job=~"$job"');
        expect(selector, panel).toContain('instance=~"$instance"');
      }
    }
    for (const { query } of DASHBOARD.templating.list.slice(1)) {
      const text = typeof query === "string" ? query : query.query;
      expect(text).toMatch(/^label_values\(flagsmith_flagd_info(\{job=~"\$job"\})?, (job|instance)\)$/);
    }
  });

  it("leaves out few metrics, and these on purpose", () => {
    const shown = TARGETS.map(({ expr }) => expr).join("\n");
    const missing = Object.values(METRICS).filter(({ name }) => !shown.includes(name));
    expect(missing.map(({ name }) => name).sort()).toEqual([
      "feature_flag_flagd_sync_active_streams",
      "feature_flag_flagd_sync_stream_duration_seconds",
      "flagsmith_flagd_info",
      "flagsmith_flagd_scheduled_changes",
      "flagsmith_flagd_state_failing",
      "flagsmith_flagd_state_refused_total",
      "flagsmith_flagd_state_saves_total",
      "flagsmith_flagd_state_waiting",
      "flagsmith_flagd_status_watchers",
      "flagsmith_flagd_tls_certificate_expiry_timestamp_seconds",
      "flagsmith_flagd_tls_reloads_total",
      "flagsmith_flagd_translation_warnings_total",
    ]);
  });
});

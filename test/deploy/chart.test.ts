/** The Helm chart: rendered by helm, checked against Kubernetes' own schemas, and what it starts started for real. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { OPTIONS } from "../../src/config/options.ts";
import { CHART, HELM, helm, oneOf, type Resource, render, valuesFile } from "./helm.ts";
import { resourceFaults } from "./schema-check.ts";

const SCHEMA_FILE = `${CHART}/values.schema.json`;
/** Options that have values of their own in the chart, or that its ports are built on. */
const NOT_IN_CONFIG = [
  "DATABASE_URL",
  "LISTEN_DATABASE_URL",
  "SYNC_PORT",
  "MANAGEMENT_PORT",
  "MANAGEMENT_HOST",
  "DRAIN_MS",
  "SHUTDOWN_GRACE_MS",
  "STATUS_TOKEN",
  "STATE_DIR",
  "TLS_CERT_FILE",
  "TLS_KEY_FILE",
  "TLS_CLIENT_CA_FILE",
  "TLS_CLIENT_CERTIFICATES",
  "MANAGEMENT_TLS_CERT_FILE",
  "MANAGEMENT_TLS_KEY_FILE",
];

it("knows the options of this release: UPDATE_DOCS=1 npx vitest run test/deploy/chart writes them", () => {
  const wanted = Object.values(OPTIONS)
    .map(({ env }) => env)
    .filter((env) => !NOT_IN_CONFIG.includes(env));
  const text = readFileSync(SCHEMA_FILE, "utf8");
  if (process.env.UPDATE_DOCS) {
    const list = wanted.map((env) => `          "${env}"`).join(",\n");
    const place = /("propertyNames": \{\s*"enum": \[)[^\]]*(\])/;
    writeFileSync(SCHEMA_FILE, text.replace(place, `$1\n${list}\n        $2`));
  } else expect(JSON.parse(text).properties.config.propertyNames.enum).toEqual(wanted);
});

it("has the version of the program", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const chart = parse(readFileSync(`${CHART}/Chart.yaml`, "utf8"));
  expect([chart.version, chart.appVersion]).toEqual([version, version]);
});

it("describes every value in its README", () => {
  const values: Readonly<Record<string, unknown>> = parse(readFileSync(`${CHART}/values.yaml`, "utf8"));
  const page = readFileSync(`${CHART}/README.md`, "utf8");
  expect(Object.keys(values).filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

/** Labels that a selector asks for are all there. */
function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

const KINDS = {
  everything: [
    ...["Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PodDisruptionBudget"],
    ...["Service", "Service", "Service", "ServiceAccount", "ServiceMonitor"],
  ],
  trial: ["Deployment", "Job", "Secret", "Service", "Service", "Service", "ServiceAccount"],
  least: ["Deployment", "Service", "Service"],
};

describe.skipIf(HELM === undefined)("the chart, rendered", () => {
  it.each(Object.entries(KINDS))(
    "with the values %j makes resources that Kubernetes takes",
    (name, kinds) => {
      const resources = render("-f", valuesFile(name));
      expect(resources.map(({ kind }) => kind).sort()).toEqual(kinds);
      expect(resources.flatMap(resourceFaults)).toEqual([]);
      const names = resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it("finds a field that Kubernetes does not know", () => {
    const misspelt = structuredClone(oneOf(render("-f", valuesFile("least")), "Deployment"));
    misspelt.spec.template.spec.containers[0].livenesProbe = {};
    expect(resourceFaults(misspelt).join()).toMatch(/livenesProbe/);
  });

  it("leads everything that selects to the server's pods, and not to the job's", () => {
    const resources = render("-f", valuesFile("everything"));
    const pods = oneOf(resources, "Deployment").spec.template.metadata.labels;
    const job = oneOf(resources, "Job").spec.template.metadata.labels;
    const selectors: readonly Readonly<Record<string, string>>[] = [
      ...resources.filter(({ kind }) => kind === "Service").map(({ spec }) => spec.selector),
      oneOf(resources, "Deployment").spec.selector.matchLabels,
      oneOf(resources, "PodDisruptionBudget").spec.selector.matchLabels,
      oneOf(resources, "NetworkPolicy").spec.podSelector.matchLabels,
    ];
    expect(selectors).toHaveLength(6);
    for (const selector of selectors) {
      expect([selects(selector, pods), selects(selector, job)]).toEqual([true, false]);
    }
    const { selector, endpoints } = oneOf(resources, "ServiceMonitor").spec;
    const watched = resources.filter(
      ({ kind, metadata }) => kind === "Service" && selects(selector.matchLabels, metadata.labels),
    );
    expect(watched.map(({ metadata }) => metadata.name)).toEqual(["flags-management"]);
    expect(watched[0]?.spec.ports.map((port: { name: string }) => port.name)).toEqual([endpoints[0].port]);
    expect(oneOf(resources, "HorizontalPodAutoscaler").spec.scaleTargetRef.name).toBe(
      oneOf(resources, "Deployment").metadata.name,
    );
  });

  it("writes large numbers as the program reads them", () => {
    const [{ env }] = oneOf(render("-f", valuesFile("everything")), "Deployment").spec.template.spec
      .containers;
    const values = Object.fromEntries(
      env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    expect(values).toMatchObject({ MAX_CONNECTIONS: "1000000", DRAIN_MS: "1800000", LOG_LEVEL: "debug" });
  });

  it.each(Object.keys(KINDS))("with the values %j lets a pod end before it is killed", (name) => {
    const { terminationGracePeriodSeconds, containers } = oneOf(render("-f", valuesFile(name)), "Deployment")
      .spec.template.spec;
    const [{ env, lifecycle }] = containers;
    const number = (wanted: string): number =>
      Number(env.find((one: { name: string }) => one.name === wanted).value) / 1_000;
    const needed =
      Number(lifecycle.preStop.exec.command[1]) + number("DRAIN_MS") + number("SHUTDOWN_GRACE_MS");
    expect(terminationGracePeriodSeconds).toBeGreaterThan(needed);
  });

  it("brings the secret and the job, in this order, before everything else", () => {
    const resources = render("-f", valuesFile("trial"));
    const weight = ({ metadata }: Resource): number => Number(metadata.annotations?.["helm.sh/hook-weight"]);
    const [secret, job] = [oneOf(resources, "Secret"), oneOf(resources, "Job")];
    expect(weight(secret)).toBeLessThan(weight(job));
    for (const hook of [secret, job]) {
      expect(hook.metadata.annotations?.["helm.sh/hook"]).toBe("pre-install,pre-upgrade");
    }
  });

  it.each([
    ["a value that is misspelt", "--set replicas=3", /additional propert.*replicas/i],
    ["an option that is misspelt", "--set config.LOG_LEVELS=debug", /LOG_LEVELS/],
    ["an option that the chart sets itself", "--set config.SYNC_PORT=9", /SYNC_PORT/],
    ["a number that is none", "--set replicaCount=many", /replicaCount/],
    ["no database", "--set database.existingSecret=", /database\.existingSecret or database\.url is needed/],
  ])("refuses %s", (_, setting, message) => {
    expect(() => render("-f", valuesFile("least"), ...setting.split(" "))).toThrow(message);
  });

  it("has nothing that helm's own checker complains about", () => {
    for (const name of Object.keys(KINDS)) {
      const { status, text } = helm("lint", "--strict", CHART, "-f", valuesFile(name));
      expect({ name, status, text }).toMatchObject({ status: 0 });
    }
  });
});

/** docker-compose.yml against the Compose specification, against Compose's own loader where Go is, and against what users may expect. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { COMPOSE_FILE, readCompose, startOrder } from "./compose.ts";
import { loadWithCompose } from "./compose-loader.ts";
import { faults } from "./schema-check.ts";

const compose = readCompose();
const services = Object.entries(compose.services);
const LOCAL_FLAGD_PORTS = [8013, 8014, 8015, 8016];

it("is a Compose file by the specification, and the schema finds a wrong word", () => {
  const file: unknown = parse(readFileSync(COMPOSE_FILE, "utf8"), { merge: true });
  expect(faults("compose-spec.json", file)).toEqual([]);
  const misspelt = { ...Object(file), services: { postgres: { image: "postgres:17", enviroment: {} } } };
  expect(faults("compose-spec.json", misspelt).join()).toMatch(/enviroment/);
});

const loaded = loadWithCompose({ FLAGSMITH_SERVER_KEY: "ser.of-the-test" });
it.skipIf(loaded === undefined)("is read by Compose's own loader as these tests read it", () => {
  const own = readCompose({ FLAGSMITH_SERVER_KEY: "ser.of-the-test" });
  const byCompose = Object.entries(loaded?.services ?? {});
  expect(byCompose.map(([name]) => name).sort()).toEqual(Object.keys(own.services).sort());
  for (const [name, { command, environment, image }] of byCompose) {
    const mine = own.services[name];
    expect({ name, command: command ?? undefined, environment, image }).toEqual({
      name,
      command: mine?.command,
      environment: mine?.environment,
      image: mine?.image,
    });
  }
});

const hasComposePlugin = spawnSync("docker", ["compose", "version"]).status === 0;
if (!hasComposePlugin) console.warn("SKIPPED for want of the Compose plugin: docker compose config");
it.skipIf(!hasComposePlugin)("passes docker compose config", () => {
  execFileSync("docker", ["compose", "--profile", "*", "config", "--quiet"], { stdio: "pipe" });
});

it("pins every image, and builds ours from here", () => {
  const versions = services.flatMap(([, { image }]) => (image === undefined ? [] : [image]));
  for (const image of versions) expect(image).toMatch(/:v?\d+(\.\d+)*(-\w+)?$/);
  expect(versions).toContain("ghcr.io/open-feature/flagd:v0.16.1");
  const built = services.filter(([, { build }]) => build !== undefined).map(([name]) => name);
  expect(built).toEqual(["bootstrap", "flagsmith-flagd"]);
});

it("publishes on this machine alone, each port once, and none of a local flagd's", () => {
  const published = services.flatMap(([, { ports }]) => ports ?? []);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  const numbers = published.map((port) => Number(port.split(":")[1]));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.filter((number) => LOCAL_FLAGD_PORTS.includes(number))).toEqual([]);
});

it("starts what is needed for a first try, and polling and monitoring only when asked", () => {
  const withProfile = services.flatMap(([name, { profiles }]) => (profiles ? [[name, ...profiles]] : []));
  expect(withProfile).toEqual([
    ["flagd-http", "http"],
    ["prometheus", "monitoring"],
    ["grafana", "monitoring"],
  ]);
  const order = startOrder(compose).filter((name) => !compose.services[name]?.profiles);
  expect(order).toEqual(["postgres", "flagsmith", "bootstrap", "flagsmith-flagd", "flagd"]);
});

it("mounts files that are there, and Prometheus reads our rules beside its configuration", () => {
  const mounted = services
    .flatMap(([, { volumes }]) => volumes ?? [])
    .filter((text) => text.startsWith("./"));
  expect(mounted.length).toBe(3);
  for (const text of mounted) expect(existsSync(text.split(":")[0] ?? "")).toBe(true);
  const prometheus = parse(readFileSync("deploy/prometheus/prometheus.yml", "utf8"));
  expect(prometheus.rule_files).toEqual(["*.rules.yaml"]);
  expect(readdirSync("deploy/prometheus").filter((name) => name.endsWith(".rules.yaml"))).not.toEqual([]);
  const [host, port] = prometheus.scrape_configs[0].static_configs[0].targets[0].split(":");
  expect(Object.keys(compose.services)).toContain(host);
  expect(port).toBe("8014");
});

it("gives Grafana a data source and the folder where the dashboard is mounted", () => {
  const read = (path: string) => parse(readFileSync(join("deploy/grafana/provisioning", path), "utf8"));
  const [source] = read("datasources/prometheus.yaml").datasources;
  expect(source).toMatchObject({ type: "prometheus", url: "http://prometheus:9090", isDefault: true });
  const [provider] = read("dashboards/flagsmith-flagd.yaml").providers;
  const targets = compose.services.grafana?.volumes?.map((text) => text.split(":")[1]) ?? [];
  expect(targets).toContain(`${provider.options.path}/flagsmith-flagd.json`);
});

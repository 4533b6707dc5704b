/** What the chart starts, started without Kubernetes: the job's arguments, then the deployment's environment, asked by its probes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { type RunningCli, runCli, startCli } from "../cli/run-cli.ts";
import { eventually, follow } from "../server/harness.ts";
import { createAuthority } from "../support/certificates.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { HELM, oneOf, type Resource, render, valuesFile } from "./helm.ts";

interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

interface Container {
  readonly args?: readonly string[];
  readonly env: readonly EnvEntry[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly scheme: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
}

function containerOf(resource: Resource): Container {
  return resource.spec.template.spec.containers[0];
}

describe.skipIf(HELM === undefined)("what the chart starts", () => {
  const root = mkdtempSync(join(tmpdir(), "flagsmith-flagd-chart-"));
  let test: TestDatabase;
  let server: RunningCli | undefined;
  beforeAll(async () => {
    test = await createTestDatabase();
    const { projectId } = await createSampleProject(test.database);
    const job = oneOf(render("-f", valuesFile("trial")), "Job");
    const migrated = await runCli(containerOf(job).args ?? [], environmentOf(containerOf(job)));
    expect(migrated).toMatchObject({ code: 0 });
    await chooseForProject(test.database, projectId, { enabled: true });
  });
  afterAll(async () => {
    server?.child.kill("SIGKILL");
    await server?.ended;
    await test?.drop();
    rmSync(root, { recursive: true, force: true });
  });

  /** As Kubernetes makes it of a container's entries; mounted folders are below a folder of this test's. */
  function environmentOf({ env, volumeMounts = [] }: Container): Record<string, string> {
    const secret = (name: string): string =>
      name.endsWith("DATABASE_URL") ? test.url : "status-token-of-the-test";
    const moved = (text: string): string =>
      volumeMounts.some(({ mountPath }) => text.startsWith(mountPath)) ? join(root, text) : text;
    return Object.fromEntries(
      env.map(({ name, value, valueFrom }) => [name, valueFrom ? secret(name) : moved(value ?? "")]),
    );
  }

  it("is found ready by the chart's own probes, with TLS on both ports, and ends with 0", async () => {
    const container = containerOf(
      oneOf(
        render(
          "-f",
          valuesFile("everything"),
          "--set",
          "tls.clientCaSecretName=",
          "--set",
          "shutdown.drainMs=1000",
        ),
        "Deployment",
      ),
    );
    const environment = environmentOf(container);
    const authority = createAuthority();
    const { cert, key } = authority.issue({ name: "flagd", names: ["localhost", "127.0.0.1"] });

    for (const [file = "", text] of [
      [environment.TLS_CERT_FILE, cert],
      [environment.TLS_KEY_FILE, key],
      [environment.MANAGEMENT_TLS_CERT_FILE, cert],
      [environment.MANAGEMENT_TLS_KEY_FILE, key],
    ] as const) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const ports = { SYNC_PORT: await freePort(), MANAGEMENT_PORT: await freePort() };
    delete environment.TLS_CLIENT_ENVIRONMENTS;
    server = startCli(["start"], { ...environment, ...ports, HOST: "127.0.0.1" });
    const { readinessProbe } = container;
    expect(readinessProbe.httpGet).toMatchObject({ path: "/readyz", scheme: "HTTPS" });
    const health = await eventually(async () => {
      const run = await runCli(["health"], { ...environment, ...ports });
      return run.code === 0 ? run : undefined;
    });
    expect(health.err).toBe("");
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("serves the demo's environment in cleartext, too", async () => {
    const container = containerOf(oneOf(render("-f", valuesFile("least")), "Deployment"));
    const ports = { SYNC_PORT: await freePort(), MANAGEMENT_PORT: await freePort() };
    server = startCli(["start"], { ...environmentOf(container), ...ports });
    const probe = (path: string) =>
      fetch(`http://127.0.0.1:${ports.MANAGEMENT_PORT}${path}`).then(
        ({ status }) => status,
        () => 0,
      );
    await eventually(async () => (await probe(container.readinessProbe.httpGet.path)) === 200 || undefined);
    expect(await probe(container.livenessProbe.httpGet.path)).toBe(200);
    const stream = follow(`127.0.0.1:${ports.SYNC_PORT}`, DEMO_KEYS.development);
    expect(Object.keys((await stream.until(() => true)).document.flags)).not.toEqual([]);
    stream.close();
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0 });
  });
});

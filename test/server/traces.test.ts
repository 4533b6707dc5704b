import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { openTraces } from "../../src/observe/traces.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type RunningCli, startCli } from "../cli/run-cli.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, type FollowedStream, follow } from "./harness.ts";

const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

interface SentAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly SentAttribute[];
}

interface Received {
  readonly path: string;
  readonly body: {
    readonly resourceSpans?: readonly {
      readonly resource: { readonly attributes: readonly SentAttribute[] };
      readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
    }[];
  };
}

/** A receiver of OTLP over HTTP in JSON, as a collector has one. */
class Collector {
  readonly received: Received[] = [];
  readonly #server: Server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      this.received.push({ path: request.url ?? "", body: JSON.parse(text) });
      response.setHeader("content-type", "application/json");
      response.end("{}");
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }

  get spans(): readonly SentSpan[] {
    return this.received.flatMap(({ body }) =>
      (body.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }
}

let test: TestDatabase;
const running: RunningCli[] = [];
const streams: FollowedStream[] = [];
const collectors: Collector[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
});
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  for (const run of running.splice(0)) {
    run.child.kill("SIGTERM");
    await run.ended;
  }
  for (const collector of collectors.splice(0)) collector.close();
});
afterAll(() => test.drop());

async function start(
  env: Readonly<Record<string, string>>,
): Promise<{ run: RunningCli; follow(): FollowedStream; log(): string }> {
  const syncPort = await freePort();
  const managementPort = await freePort();
  const run = startCli(["start"], {
    DATABASE_URL: test.url,
    HOST: "127.0.0.1",
    SYNC_PORT: syncPort,
    MANAGEMENT_PORT: managementPort,
    ...env,
  });
  running.push(run);
  let log = "";
  run.child.stderr?.on("data", (text: string) => {
    log += text;
  });
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${managementPort}/readyz`).catch(() => undefined);
    return answer?.ok === true && log.includes('"serving"') ? true : undefined;
  });
  return {
    run,
    log: () => log,
    follow() {
      const stream = follow(`127.0.0.1:${syncPort}`, DEMO_KEYS.development);
      streams.push(stream);
      return stream;
    },
  };
}

async function openCollector(): Promise<{ collector: Collector; url: string }> {
  const collector = new Collector();
  collectors.push(collector);
  return { collector, url: await collector.listen() };
}

describe("traces of a change", () => {
  it("are sent as the standard variables say, from the transaction to the last stream", async () => {
    const { collector, url } = await openCollector();
    const before = Date.now();
    const server = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    });
    const [first, second] = [server.follow(), server.follow()];
    await Promise.all([first, second].map((stream) => stream.until(() => true)));
    await toggleFlag(test.database, PLACE);
    await Promise.all([first, second].map((stream) => stream.until(() => true, 1)));
    const root = await eventually(() => collector.spans.find(({ name }) => name === "change"));
    const spans = await eventually(() => {
      const found = collector.spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
      return found.some(({ name }) => name === "fan-out") ? found : undefined;
    });
    expect(collector.received.map(({ path }) => path)).toContain("/v1/traces");
    expect(new Set(collector.received.map(({ path }) => path)).size).toBe(1);
    expect(spans.map(({ name }) => name)).toEqual([
      "notification",
      "wait",
      "read",
      "hear",
      "translate",
      "record",
      "encode",
      "fan-out",
    ]);
    expect(root.parentSpanId ?? "").toBe("");
    for (const span of spans) {
      expect(span.traceId).toBe(root.traceId);
      expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root.startTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root.endTimeUnixNano));
    }
    expect(Number(BigInt(root.startTimeUnixNano) / 1_000_000n)).toBeGreaterThan(before);
    expect(Number(BigInt(root.endTimeUnixNano) / 1_000_000n)).toBeLessThanOrEqual(Date.now() + 1);
    const attributes = Object.fromEntries(
      root.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
    );
    expect(attributes).toMatchObject({
      "feature_flag.set.id": "Demo-shop/Development",
      "flagsmith_flagd.streams": 2,
      "flagsmith_flagd.causes": { values: [{ stringValue: "change" }] },
    });
    const [{ resource } = { resource: { attributes: [] } }] = collector.received[0]?.body.resourceSpans ?? [];
    const described = Object.fromEntries(
      resource.attributes.map(({ key, value }) => [key, value.stringValue]),
    );
    expect(described).toMatchObject({
      "service.name": "flagsmith-flagd",
      "deployment.environment.name": "test",
    });
    // No key, and no password of the database or of a command line.
    const everything = JSON.stringify(collector.received);
    expect(everything).not.toMatch(/ser\.|postgres:\/\/|command_args/);
  });

  it("that were not sent yet are sent at the end", async () => {
    const { collector, url } = await openCollector();
    const server = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/here`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    });
    const stream = server.follow();
    await stream.until(() => true);
    await toggleFlag(test.database, PLACE);
    await stream.until(() => true, 1);
    stream.close();
    server.run.child.kill("SIGTERM");
    expect((await server.run.ended).code).toBe(0);
    running.splice(0);
    expect(collector.received.map(({ path }) => path)).toEqual(["/here"]);
    expect(collector.spans.map(({ name }) => name)).toContain("change");
  });

  it("do not keep the process when nobody takes them, and that is told once", async () => {
    const server = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "20",
      OTEL_EXPORTER_OTLP_TIMEOUT: "300",
    });
    const stream = server.follow();
    for (let count = 0; count < 3; count += 1) {
      await stream.until(() => true, count);
      await toggleFlag(test.database, PLACE);
    }
    await eventually(() => (server.log().includes("traces could not be sent") ? true : undefined));
    const before = Date.now();
    server.run.child.kill("SIGTERM");
    expect((await server.run.ended).code).toBe(0);
    running.splice(0);
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(server.log().match(/traces could not be sent/g)).toHaveLength(1);
  });
});

describe("without traces", () => {
  const lines: string[] = [];
  const note = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const logger = { debug: note, info: note, warn: note, error: note };
  const missing = async () => {
    const name: string = "@opentelemetry/not-installed-here";
    return await import(name);
  };

  it("nothing is loaded, where nobody asks for them", async () => {
    const load = () => Promise.reject(new Error("loaded"));
    for (const env of [
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
      { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
      { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
      { OTEL_SERVICE_NAME: "flags" },
    ]) {
      expect(await openTraces({ env, version: "1", logger, load })).toBeUndefined();
    }
    expect(lines).toEqual([]);
  });

  it("a package that is missing is told in one line, with what to do", async () => {
    const env = { OTEL_TRACES_EXPORTER: "otlp" };
    expect(await openTraces({ env, version: "1", logger, load: missing })).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^OTEL_\* asks for traces.*none are sent .*npm install @opentelemetry\/api @opentelemetry\/sdk-node/,
    );
  });
});

/** A document grows beyond what its clients accept, and back (docs/reliability.md). */
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, follow, startTestServer } from "./harness.ts";

/** The sample needs about 32,000 bytes, of either environment. */
const LIMIT = 40_000;
const banner = { flag: "banner_text", environmentKey: DEMO_KEYS.development };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function place(): Promise<{ test: TestDatabase; sample: SampleProject }> {
  const test = await createTestDatabase();
  closing.push(() => test.drop());
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  return { test, sample };
}

async function serve(test: TestDatabase) {
  const server = await startTestServer(test.url, {
    MAX_DOCUMENT_BYTES: String(LIMIT),
    RECONCILE_SECONDS: "1",
  });
  closing.push(() => server.stop());
  const get = async (path: string, port = server.syncPort, key: string = DEMO_KEYS.development) =>
    await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "x-environment-key": key } });
  return {
    ...server,
    get,
    readiness: async () => {
      const answer = await get("/readyz", server.managementPort);
      return { status: answer.status, body: (await answer.json()) as { readonly held?: readonly object[] } };
    },
    held: async () => {
      const text = await (await get("/metrics", server.managementPort)).text();
      return /flagsmith_flagd_documents_held\{reason="document_too_large"\} (\d)/.exec(text)?.[1];
    },
    followed: (key: string = DEMO_KEYS.development) => {
      const stream = follow(server.address, key);
      closing.push(() => stream.close());
      return stream;
    },
  };
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

describe("a document that outgrows its clients", () => {
  it("warns from 75 %, stays as it was above 100 %, and goes out as soon as it fits again", async () => {
    const { test } = await place();
    const server = await serve(test);
    const stream = server.followed();
    const first = await stream.until(() => true);
    const room = LIMIT - bytesOf(first.text);
    expect(room).toBeGreaterThan(1_000);

    await setFlagValue(test.database, banner, "x".repeat(room - 1_000));
    const worrying = await stream.until(({ flags }) =>
      String(flags.banner_text?.variants.control).startsWith("xx"),
    );
    expect(worrying.document.metadata["flagsmith.warnings"]).toMatch(/document_too_large.*banner_text/);
    expect(await server.held()).toBe("0");

    await setFlagValue(test.database, banner, "y".repeat(room + 1_000));
    await eventually(async () => ((await server.held()) === "1" ? true : undefined));
    expect(await server.readiness()).toMatchObject({
      status: 200,
      body: { ready: true, held: [{ flagSetId: "Demo-shop/Development", reason: "document_too_large" }] },
    });
    const told = (await (await server.get("/api/v1/flagd/diagnostics.json")).json()) as {
      readonly environmentWarnings: readonly object[];
    };
    expect(told.environmentWarnings[0]).toMatchObject({
      reason: "document_too_large",
      detail: expect.stringMatching(/largest: flag banner_text \d+ bytes.*the last one that fitted stays/),
    });
    expect(await (await server.get("/v1/flags")).text()).toBe(worrying.text);
    // what else changes meanwhile is held back with it; the periodic comparison reads it over and over
    await toggleFlag(test.database, { flag: "dark_theme", environmentKey: DEMO_KEYS.development });
    const neighbour = server.followed(DEMO_KEYS.production);
    await toggleFlag(test.database, { flag: "dark_theme", environmentKey: DEMO_KEYS.production });
    await neighbour.until(({ flags }) => flags.dark_theme?.state === "ENABLED");
    expect(stream.arrivals).toHaveLength(2);
    expect(server.log.filter(({ level }) => level === "error")).toHaveLength(1);

    await setFlagValue(test.database, banner, "small again");
    const after = await stream.until(({ flags }) => flags.banner_text?.variants.control === "small again");
    expect(after.document.flags.dark_theme?.state).toBe("DISABLED");
    expect(stream.arrivals).toHaveLength(3);
    for (const { text } of stream.arrivals) expect(bytesOf(text)).toBeLessThanOrEqual(LIMIT);
    expect(await server.held()).toBe("0");
    expect((await server.readiness()).body.held).toBeUndefined();
  });

  it("without a document before it: refused in words that help, its neighbour is served, and it comes by itself", async () => {
    const { test } = await place();
    await setFlagValue(test.database, banner, "z".repeat(19_000));
    const server = await serve(test);
    expect(await server.readiness()).toMatchObject({ status: 200, body: { ready: true, held: [{}] } });
    expect(await server.followed().ended).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringMatching(/largest: flag banner_text.*MAX_DOCUMENT_BYTES/),
    });
    for (const path of ["/v1/flags", "/api/v1/flagd/flags.json", "/api/v1/flagd/diagnostics.json"]) {
      const answer = await server.get(path);
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("60");
      expect(await answer.json()).toMatchObject({
        reason: "document_too_large",
        detail: expect.stringContaining("banner_text"),
      });
    }
    await server.followed(DEMO_KEYS.production).until(() => true);
    await setFlagValue(test.database, banner, "small");
    await eventually(async () => ((await server.get("/v1/flags")).status === 200 ? true : undefined));
    await server.followed().until(({ flags }) => flags.banner_text?.variants.control === "small");
  });

  it("a stream that waits for the first document is ended when that turns out too large", async () => {
    const { test, sample } = await place();
    await setFlagValue(test.database, banner, "z".repeat(19_000));
    const creating =
      "UPDATE environments_environment SET is_creating = $2, created_date = now() WHERE id = $1";
    await test.database.query(creating, [sample.developmentId, true]);
    const server = await serve(test);
    const waiting = server.followed();
    await eventually(async () => {
      const text = await (await server.get("/metrics", server.managementPort)).text();
      return text.includes("flagsmith_flagd_active_streams 1") ? true : undefined;
    });
    await test.database.query(creating, [sample.developmentId, false]);
    expect(await waiting.ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });
});

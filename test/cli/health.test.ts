import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runCli } from "./run-cli.ts";

/** A port that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("health", () => {
  let test: TestDatabase;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  beforeAll(async () => {
    test = await createTestDatabase();
    await createSampleProject(test.database);
    await migrateUp(test.database);
    server = await startTestServer(test.url);
  });
  afterAll(async () => {
    await server.stop();
    await test.drop();
  });

  it.each([
    [[], "ready\n"],
    [["--live"], "alive\n"],
    [["--json"], '{"ready":true,"waitingFor":[]}\n'],
    [["--live", "--json"], '{"status":"ok"}\n'],
  ])("of a server that is ready, %j", async (flags, said) => {
    const env = { MANAGEMENT_PORT: String(server.managementPort) };
    expect(await runCli(["health", ...flags], env)).toEqual({ code: 0, out: said, err: "" });
  });

  it("of none says where it asked and why nobody answered", async () => {
    const port = await unusedPort();
    const { code, err } = await runCli(["health", "--management-port", String(port)]);
    expect(code).toBe(1);
    expect(err).toContain(
      `SERVER_UNREACHABLE: http://127.0.0.1:${port}/readyz does not answer as it should: `,
    );
    expect(err).toContain("ECONNREFUSED");
  });
});

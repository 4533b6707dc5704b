import { createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { firstDocument } from "../../src/cli/following/first-document.ts";
import { checkPostgres } from "../../src/doctor/check-postgres.ts";
import { checkManagement, checkStream } from "../../src/doctor/check-server.ts";
import { systemClock } from "../../src/support/clock.ts";
import { createManagementRoutes, type Readiness } from "../../src/transports/management/routes.ts";
import { createPort } from "../../src/transports/port/port.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ template: "empty" });
});
afterAll(() => test.drop());

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

it.each([
  [0, "CLOCK_AGREES", /ms (ahead of|behind) this/],
  [-3_600_000, "CLOCK_APART", /is 3[56]\d{5} ms ahead of this/],
  [3_600_000, "CLOCK_APART", /is 3[56]\d{5} ms behind this/],
])("a clock that is %i ms off against the database's: %s", async (offMs, code, message) => {
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + offMs,
    monotonicMs: () => systemClock.monotonicMs(),
  };
  const { findings } = await checkPostgres(test.database, "here", clock);
  expect(findings.find((finding) => finding.code.startsWith("CLOCK"))).toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

it.each<[string, Readiness]>([
  ["MANAGEMENT_READY", { ready: true, waitingFor: [] }],
  ["MANAGEMENT_NOT_READY", { ready: false, waitingFor: ["shop/production"] }],
  [
    "MANAGEMENT_STALE",
    { ready: true, waitingFor: [], stale: { seconds: 7, reason: "the database is away" } },
  ],
])("%s: what the management port says", async (code, readiness) => {
  const routes = createManagementRoutes({
    readiness: () => readiness,
    metrics: { contentType: "text/plain", render: async () => "" },
    log,
  });
  const port = createPort({ clock: systemClock, log, request: routes });
  const address = await port.listen("127.0.0.1", 0);
  const finding = await checkManagement(`127.0.0.1:${address.port}`);
  await port.close(0);
  expect(finding.code).toBe(code);
  if (code !== "MANAGEMENT_READY")
    expect(finding.message).toMatch(/shop\/production|for 7 s: the database is away/);
});

it("a port that takes connections and says nothing: given up on, and called silent", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const target = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  // The limit passes in a tenth of its time; whatever gRPC waits for by itself is longer.
  const clock = {
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs(),
    after: (delayMs: number, work: () => void) => systemClock.after(delayMs / 10, work),
  };
  const finding = await checkStream({
    target,
    clock,
    firstDocument: () => firstDocument({ target, key: "ser.some-key-or-other", clock }),
    expected: async () => undefined,
  });
  server.close();
  expect(finding.code).toBe("STREAM_SILENT");
});

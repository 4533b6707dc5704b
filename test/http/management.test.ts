import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createManagementRoutes, type Readiness } from "../../src/transports/management/routes.ts";
import { cleanUp } from "../grpc/harness.ts";
import { ask } from "./client.ts";

async function serveManagement(readiness: Readiness, render: () => Promise<string>): Promise<string> {
  const server = createServer(
    createManagementRoutes({
      readiness: () => readiness,
      metrics: { contentType: "text/plain; version=0.0.4", render },
      log: { warn: () => undefined },
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const READY = { ready: true, waitingFor: [] };
const metrics = () => Promise.resolve("up 1\n");

test("/healthz is always fine", async () => {
  const url = await serveManagement({ ready: false, waitingFor: ["database"] }, metrics);
  expect((await ask(`${url}/healthz?verbose`)).status).toBe(200);
});

test("/readyz is 412 until ready, and says what it waits for", async () => {
  const waiting = { ready: false, waitingFor: ["environments"] };
  const early = await ask(`${await serveManagement(waiting, metrics)}/readyz`);
  expect([early.status, JSON.parse(early.body.toString())]).toEqual([412, waiting]);
  const late = await ask(`${await serveManagement(READY, metrics)}/readyz`);
  expect([late.status, JSON.parse(late.body.toString())]).toEqual([200, READY]);
});

test("/metrics is what was handed in, HEAD without the body", async () => {
  const url = await serveManagement(READY, metrics);
  const reply = await ask(`${url}/metrics`);
  expect([reply.status, reply.headers["content-type"], reply.body.toString()]).toEqual([
    200,
    "text/plain; version=0.0.4",
    "up 1\n",
  ]);
  const head = await ask(`${url}/metrics`, { method: "HEAD" });
  expect([head.headers["content-length"], head.body.length]).toEqual(["5", 0]);
});

test("all else is a problem document", async () => {
  const url = await serveManagement(READY, () => Promise.reject(new Error("no metrics")));
  const problems: [string, string, number][] = [
    ["GET", "/nope", 404],
    ["POST", "/healthz", 405],
    ["GET", "/metrics", 500],
  ];
  for (const [method, path, status] of problems) {
    const reply = await ask(`${url}${path}`, { method });
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(reply.headers.allow).toBe(status === 405 ? "GET, HEAD" : undefined);
  }
});

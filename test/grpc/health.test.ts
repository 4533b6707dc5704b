import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../src/gen/grpc/health/v1/health_pb.ts";
import { cleanUp, type Served, serveBoard } from "./harness.ts";

function clientOf({ url }: Served) {
  const sessionManager = new Http2SessionManager(url);
  cleanUp(() => sessionManager.abort());
  return createClient(Health, createGrpcTransport({ baseUrl: url, sessionManager }));
}

test("Check says the state of every service here, without credentials", async () => {
  const served = await serveBoard();
  const client = clientOf(served);
  const names = [
    "",
    "flagd.sync.v1.FlagSyncService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
  ];
  for (const service of names) expect((await client.check({ service })).status).toBe(Status.SERVING);
  served.setServing(false);
  for (const service of names) expect((await client.check({ service })).status).toBe(Status.NOT_SERVING);
});

test("Check of an unknown service is NOT_FOUND", async () => {
  const served = await serveBoard();
  await expect(clientOf(served).check({ service: "nope" })).rejects.toMatchObject({ code: Code.NotFound });
});

test("Watch sends the state at once and at each change, and ends with UNAVAILABLE on a drain", async () => {
  const served = await serveBoard();
  const stream = clientOf(served).watch({})[Symbol.asyncIterator]();
  const next = async () => (await stream.next()).value?.status;
  expect(await next()).toBe(Status.SERVING);
  served.setServing(true);
  served.setServing(false);
  expect(await next()).toBe(Status.NOT_SERVING);
  served.setServing(true);
  expect(await next()).toBe(Status.SERVING);
  const last = next();
  served.transport.end();
  await expect(last).rejects.toSatisfy((thrown) => ConnectError.from(thrown).code === Code.Unavailable);
  expect(served.healthListeners.size).toBe(0);
});

test("Watch of an unknown service says SERVICE_UNKNOWN and stays open", async () => {
  const served = await serveBoard();
  const leave = new AbortController();
  const stream = clientOf(served)
    .watch({ service: "nope" }, { signal: leave.signal })
    [Symbol.asyncIterator]();
  expect((await stream.next()).value?.status).toBe(Status.SERVICE_UNKNOWN);
  leave.abort();
});

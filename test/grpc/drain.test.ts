import { Agent, request } from "node:http";
import { constants } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { FlagSyncService } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../src/gen/grpc/health/v1/health_pb.ts";
import { ask } from "../http/client.ts";
import { frameOf, grpcClient, openRaw, rawCall, rawSession, serialiseRequest, syncFlags } from "./clients.ts";
import { cleanUp, serveBoard, soon } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const KEY = { "x-environment-key": GOOD_KEY };
const REASON = "this server is shutting down; reconnect to reach another";

test("new calls of every kind hear UNAVAILABLE and why, on connections that come only now", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("there"));
  served.transport.drain();
  served.port.drain();
  const overGrpc = await syncFlags(grpcClient(served.address), { metadata: KEY }).failure;
  expect(overGrpc).toMatchObject({ code: status.UNAVAILABLE, details: REASON });
  for (const httpVersion of ["1.1", "2"] as const) {
    const sessionManager = new Http2SessionManager(served.url);
    cleanUp(() => sessionManager.abort());
    const baseUrl = served.url;
    const transport = createConnectTransport(
      httpVersion === "2" ? { httpVersion, baseUrl, sessionManager } : { httpVersion, baseUrl },
    );
    const client = createClient(FlagSyncService, transport);
    await expect(client.fetchAllFlags({}, { headers: KEY })).rejects.toMatchObject({ rawMessage: REASON });
    const stream = client.syncFlags({}, { headers: KEY })[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toMatchObject({ rawMessage: REASON });
  }
});

test("open streams go on, and their connection says GOAWAY so that clients come back elsewhere", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const session = rawSession(served.url);
  const stream = openRaw(session);
  let got = "";
  stream.on("data", (chunk: Buffer) => {
    got += chunk.toString();
  });
  await soon(() => expect(got).toContain("first"));
  const goaway = new Promise((resolve) => session.once("goaway", resolve));
  served.transport.drain();
  served.port.drain();
  expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR);
  served.board.publish(revisionOf("during the drain"));
  await soon(() => expect(got).toContain("during the drain"));
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  const closed = new Promise((resolve) => session.once("close", resolve));
  served.board.endAll({ kind: "draining" });
  expect((await trailers)["grpc-status"]).toBe(String(status.UNAVAILABLE));
  await closed;
});

test("connections without a stream are closed at once; one that comes is closed after its first answer", async () => {
  const served = await serveBoard();
  const idle = rawSession(served.url);
  await new Promise((resolve) => idle.once("remoteSettings", resolve));
  const closed = new Promise((resolve) => idle.once("close", resolve));
  served.transport.drain();
  served.port.drain();
  await closed;
  const late = rawSession(served.url);
  const lateClosed = new Promise((resolve) => late.once("close", resolve));
  const answer = await rawCall(late, frameOf(serialiseRequest({ selector: GOOD_KEY })));
  expect(answer.headers["grpc-status"]).toBe(String(status.UNAVAILABLE));
  await lateClosed;
});

test("polls are answered, with connection: close", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("polled"));
  const agent = new Agent({ keepAlive: true });
  cleanUp(() => agent.destroy());
  const poll = () =>
    new Promise<[number | undefined, string | undefined]>((resolve, reject) => {
      request(`${served.url}/v1/flags`, { agent, headers: KEY }, (response) => {
        response.resume().once("end", () => resolve([response.statusCode, response.headers.connection]));
      })
        .on("error", reject)
        .end();
    });
  expect(await poll()).toEqual([200, "keep-alive"]);
  served.transport.drain();
  served.port.drain();
  expect(await poll()).toEqual([200, "close"]);
  const other = await ask(`${served.url}/v1/flags`, { headers: KEY });
  expect([other.status, other.headers.connection]).toEqual([200, "close"]);
});

test("health's watchers hear NOT_SERVING at the beginning, and are ended last", async () => {
  const served = await serveBoard();
  const sessionManager = new Http2SessionManager(served.url);
  cleanUp(() => sessionManager.abort());
  const client = createClient(Health, createGrpcTransport({ baseUrl: served.url, sessionManager }));
  const watch = client.watch({})[Symbol.asyncIterator]();
  expect((await watch.next()).value?.status).toBe(Status.SERVING);
  served.setServing(false);
  served.transport.drain();
  served.port.drain();
  expect((await watch.next()).value?.status).toBe(Status.NOT_SERVING);
  expect(served.healthListeners.size).toBe(1);
  served.transport.end();
  await expect(watch.next()).rejects.toMatchObject({ rawMessage: REASON });
});

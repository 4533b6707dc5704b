import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { expect, test, vi } from "vitest";
import { FlagSyncService } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { cleanUp, type Served, serveBoard } from "./harness.ts";
import { GOOD_KEY, REFUSED_KEYS, revisionOf } from "./tiny-board.ts";

const headers = { "x-environment-key": GOOD_KEY };

function clientOf(kind: string, { url }: Served) {
  const sessions = new Http2SessionManager(url);
  cleanUp(() => sessions.abort());
  const http2 = { baseUrl: url, httpVersion: "2", sessionManager: sessions } as const;
  const http1 = { baseUrl: url, httpVersion: "1.1", nodeOptions: { agent: false } } as const;
  const transports: Record<string, () => ReturnType<typeof createGrpcTransport>> = {
    "gRPC on HTTP/2": () => createGrpcTransport({ baseUrl: url, sessionManager: sessions }),
    "gRPC-Web on HTTP/2": () => createGrpcWebTransport(http2),
    "gRPC-Web on HTTP/1.1": () => createGrpcWebTransport(http1),
    "Connect on HTTP/2": () => createConnectTransport(http2),
    "Connect on HTTP/1.1": () => createConnectTransport(http1),
    "Connect with JSON": () => createConnectTransport({ ...http2, useBinaryFormat: false }),
  };
  const transport = transports[kind];
  if (transport === undefined) throw new Error(kind);
  return createClient(FlagSyncService, transport());
}

const KINDS = [
  "gRPC on HTTP/2",
  "gRPC-Web on HTTP/2",
  "gRPC-Web on HTTP/1.1",
  "Connect on HTTP/2",
  "Connect on HTTP/1.1",
  "Connect with JSON",
];

const failureOf = async (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(
    () => {
      throw new Error("the call ended with OK");
    },
    (thrown: unknown) => ConnectError.from(thrown),
  );

test.each(KINDS)("%s: streams, and ends with UNAVAILABLE on a drain", async (kind) => {
  const served = await serveBoard();
  const first = served.board.publish(revisionOf("one"));
  const stream = clientOf(kind, served).syncFlags({}, { headers })[Symbol.asyncIterator]();
  expect((await stream.next()).value).toMatchObject({ flagConfiguration: first.bytes.toString() });
  served.board.publish(revisionOf("one"));
  const second = served.board.publish(revisionOf("two"));
  expect((await stream.next()).value).toMatchObject({ flagConfiguration: second.bytes.toString() });
  served.board.endAll({ kind: "draining" });
  expect((await failureOf(stream.next())).code).toBe(Code.Unavailable);
  expect(served.board.followers).toBe(0);
});

test.each(KINDS)("%s: a client that leaves is unfollowed", async (kind) => {
  const served = await serveBoard();
  served.board.publish(revisionOf("one"));
  const leave = new AbortController();
  const stream = clientOf(kind, served)
    .syncFlags({}, { headers, signal: leave.signal })
    [Symbol.asyncIterator]();
  await stream.next();
  leave.abort();
  await failureOf(stream.next());
  await vi.waitFor(() => expect(served.board.followers).toBe(0));
});

test.each(KINDS)("%s: FetchAllFlags answers once, GetMetadata is UNIMPLEMENTED to anyone", async (kind) => {
  const served = await serveBoard();
  const client = clientOf(kind, served);
  expect((await failureOf(client.fetchAllFlags({}, { headers }))).code).toBe(Code.Unavailable);
  const revision = served.board.publish(revisionOf("all"));
  const answer = await client.fetchAllFlags({ selector: GOOD_KEY });
  expect(answer.flagConfiguration).toBe(revision.bytes.toString());
  expect((await failureOf(client.getMetadata({}))).code).toBe(Code.Unimplemented);
});

test.each(KINDS)("%s: carries the code of a refusal", async (kind) => {
  const served = await serveBoard();
  const client = clientOf(kind, served);
  const selector = REFUSED_KEYS.project_not_enabled;
  const failure = await failureOf(client.fetchAllFlags({ selector }));
  expect([failure.code, failure.rawMessage]).toEqual([Code.NotFound, "refused, 100 %: project_not_enabled"]);
  const refused = client.syncFlags({ providerId: "nobody" })[Symbol.asyncIterator]();
  expect((await failureOf(refused.next())).code).toBe(Code.Unauthenticated);
  expect(served.observed).toEqual([
    ["refused", "project_not_enabled"],
    ["refused", "unknown_key"],
  ]);
});

test("ends a web stream at the client's deadline", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("timed"));
  const stream = clientOf("Connect on HTTP/2", served)
    .syncFlags({}, { headers, timeoutMs: 200 })
    [Symbol.asyncIterator]();
  await stream.next();
  expect((await failureOf(stream.next())).code).toBe(Code.DeadlineExceeded);
  await vi.waitFor(() => expect(served.board.followers).toBe(0));
});

test("gives a web client only the newest of several that came in one go", async () => {
  const served = await serveBoard();
  const big = (step: number) => revisionOf(`${step}`.repeat(300_000));
  served.board.publish(big(0));
  const stream = clientOf("Connect on HTTP/1.1", served).syncFlags({}, { headers })[Symbol.asyncIterator]();
  await stream.next();
  for (let step = 1; step < 6; step++) served.board.publish(big(step));
  const next = await stream.next();
  expect(next.value?.flagConfiguration).toBe(big(5).bytes.toString());
  expect(served.observed).toContainEqual(["sent", big(5).bytes.length, { coalesced: 4 }]);
});

test("unfollows a web stream whose key is lost in the moment of following", async () => {
  const served = await serveBoard();
  const follow = served.board.follow.bind(served.board);
  vi.spyOn(served.board, "follow").mockImplementation((grant, follower) => {
    const unfollow = follow(grant, follower);
    served.board.endAll({ kind: "refused", reason: "client_side_key", message: "just changed" });
    return unfollow;
  });
  const stream = clientOf("gRPC-Web on HTTP/1.1", served).syncFlags({}, { headers })[Symbol.asyncIterator]();
  expect((await failureOf(stream.next())).code).toBe(Code.PermissionDenied);
  expect(served.observed).toContainEqual(["streamEnded", "refused", 0]);
});

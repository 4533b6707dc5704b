import { connect } from "node:http2";
import { connect as connectTls } from "node:tls";
import * as grpc from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { TlsFiles } from "../../src/transports/port/tls-files.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { createTlsPlace, type TlsPlace, withClientCa } from "../support/tls-place.ts";
import { boundlessRequest, frameOf, openRaw, rawCall, serialiseRequest, syncFlags } from "./clients.ts";
import { cleanUp, type Served, serveBoard, soon } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const KEY = { "x-environment-key": GOOD_KEY };
const FETCH = { ":path": "/flagd.sync.v1.FlagSyncService/FetchAllFlags" };

async function serveTls(
  settings: { asksClients?: boolean; pings?: { intervalMs: number; timeoutMs: number } } = {},
): Promise<{ served: Served; place: TlsPlace; tlsClock: ManualClock }> {
  const place = createTlsPlace();
  // Its own: the harness asks that nothing waits on the port's clock.
  const tlsClock = new ManualClock();
  const silent = { info: () => undefined, warn: () => undefined };
  const files = new TlsFiles(settings.asksClients ? withClientCa(place) : place.paths, tlsClock, silent);
  const served = await serveBoard({
    port: {
      tls: { files, clientCertificates: "required" },
      ...(settings.pings ? { pings: { ...settings.pings, random: () => 1 } } : {}),
    },
  });
  cleanUp(() => place.remove());
  return { served, place, tlsClock };
}

function tlsClient(
  { served, place }: { served: Served; place: TlsPlace },
  pair?: { cert: string; key: string },
) {
  const [ca, key, cert] = [place.authority.cert, pair?.key, pair?.cert].map((text) =>
    text === undefined ? null : Buffer.from(text),
  );
  const client = new grpc.Client(served.address, grpc.credentials.createSsl(ca, key, cert));
  cleanUp(() => client.close());
  return client;
}

test("SyncFlags over TLS goes the fast way: the shared frame, written straight to the stream", async () => {
  const secured = await serveTls();
  const { board, written } = secured.served;
  const first = board.publish(revisionOf("first"));
  const client = tlsClient(secured);
  const calls = [syncFlags(client, { metadata: KEY }), syncFlags(client, { metadata: KEY })];
  for (const call of calls) expect(await call.next()).toBe(first.bytes.toString());
  expect(written).toEqual([first.document.frame(), first.document.frame()]);
  const large = board.publish(revisionOf("x".repeat(3_000_000)));
  for (const call of calls) expect(await call.next()).toBe(large.bytes.toString());
});

test("an open stream outlives the certificate that it was opened under", async () => {
  const secured = await serveTls();
  const { served, place, tlsClock } = secured;
  served.board.publish(revisionOf("first"));
  const old = syncFlags(tlsClient(secured), { metadata: KEY });
  await old.next();
  place.swap(place.authority.issue({ name: "next", names: ["127.0.0.1"] }));
  tlsClock.advance(5_000);
  const next = served.board.publish(revisionOf("after the swap"));
  expect(await old.next()).toBe(next.bytes.toString());
  expect(await syncFlags(tlsClient(secured), { metadata: KEY }).next()).toBe(next.bytes.toString());
  expect(served.cuts).toEqual([]);
});

test("calls know the client certificate, over the fast way and over connect", async () => {
  const secured = await serveTls({ asksClients: true });
  const { served, place } = secured;
  served.board.publish(revisionOf("first"));
  const pair = place.authority.issue({ name: "shop", names: ["spiffe://cluster/ns/shop"] });
  await syncFlags(tlsClient(secured, pair), { metadata: KEY }).next();
  const session = connect(`https://${served.address}`, { ca: place.authority.cert, ...pair });
  cleanUp(() => session.destroy());
  await rawCall(session, frameOf(serialiseRequest({})), { ...FETCH, ...KEY });
  const origin = { address: "127.0.0.1", encrypted: true, certificateNames: ["spiffe://cluster/ns/shop"] };
  expect(served.board.asked.map((asked) => asked.origin)).toEqual([origin, origin]);
});

test("a gRPC client without a certificate is told so by TLS", async () => {
  const secured = await serveTls({ asksClients: true });
  const failure = await syncFlags(tlsClient(secured), { metadata: KEY }).failure;
  expect(failure.code).toBe(grpc.status.UNAVAILABLE);
  await soon(() => expect(secured.served.cuts).toContain("tls_handshake"));
});

test("a client that answers pings is kept over TLS, one that does not is cut", async () => {
  const { served, place } = await serveTls({ pings: { intervalMs: 5_000, timeoutMs: 5_000 } });
  served.board.publish(revisionOf("first"));
  const ca = place.authority.cert;
  const alive = connect(`https://${served.address}`, { ca });
  cleanUp(() => alive.destroy());
  const stream = openRaw(alive);
  await new Promise((resolve) => stream.once("response", resolve));
  const mute = connectTls({ port: Number(served.address.split(":")[1]), ca, ALPNProtocols: ["h2"] });
  cleanUp(() => void mute.destroy());
  mute.on("error", () => undefined).resume();
  mute.write(boundlessRequest());
  await soon(() => expect(served.board.followers).toBe(2));
  let pinged = 0;
  alive.on("ping", () => {
    pinged += 1;
  });
  await soon(() => {
    served.portClock.advance(1_000);
    expect(served.cuts).toEqual(["half_open"]);
  });
  const before = pinged;
  await soon(() => {
    if (pinged < before + 2) served.portClock.advance(1_000);
    expect(pinged).toBeGreaterThanOrEqual(before + 2);
  });
  expect(served.cuts).toEqual(["half_open"]);
  expect(alive.closed).toBe(false);
});

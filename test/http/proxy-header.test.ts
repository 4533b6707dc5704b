import { expect, test } from "vitest";
import type { RequestOrigin } from "../../src/model/access.ts";
import { trustedProxies } from "../../src/transports/port/peer-address.ts";
import { boundlessRequest } from "../grpc/clients.ts";
import { dial } from "../grpc/frames.ts";
import { soon } from "../grpc/harness.ts";
import { ask } from "./client.ts";
import { dialTls, drained, openTlsPort } from "./tls-port.ts";

const LOOPBACK = trustedProxies(["127.0.0.0/8"]);
const GET = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const V1 = "PROXY TCP4 203.0.113.7 192.0.2.1 5000 8015\r\n";
const V2 = Buffer.concat([
  Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12]),
  Buffer.from([203, 0, 113, 8, 192, 0, 2, 1, 0x13, 0x88, 0x1f, 0x4f]),
]);

async function openProxied(settings: Parameters<typeof openTlsPort>[0] = {}) {
  const addresses: string[] = [];
  const note = ({ address }: RequestOrigin): void => void addresses.push(address);
  const opened = await openTlsPort({
    tls: undefined,
    proxies: LOOPBACK,
    proxyProtocol: true,
    request: (_request, response, origin) => {
      note(origin);
      response.end("in");
    },
    directStream: (stream, _headers, origin) => {
      note(origin());
      stream.respond({ ":status": 200 }, { endStream: true });
      return true;
    },
    ...settings,
  });
  return { ...opened, addresses };
}

test.each([
  ["version 1, HTTP/1", V1, GET, "203.0.113.7"],
  ["version 2, HTTP/1", V2, GET, "203.0.113.8"],
  ["version 1, HTTP/2", V1, boundlessRequest(), "203.0.113.7"],
  ["version 2, HTTP/2", V2, boundlessRequest(), "203.0.113.8"],
  ["of a proxy that speaks for itself", "PROXY UNKNOWN\r\n", GET, "127.0.0.1"],
])("a PROXY header tells the client's address: %s", async (_what, header, request, address) => {
  const opened = await openProxied();
  const raw = await dial(opened.port);
  raw.socket.write(Buffer.concat([Buffer.from(header), Buffer.from(request)]));
  await soon(() => expect(opened.addresses).toEqual([address]));
  expect(opened.cuts).toEqual([]);
  raw.socket.destroy();
});

test("a header that comes byte by byte is read, and waited for no longer than for any first byte", async () => {
  const opened = await openProxied();
  const slow = await dial(opened.port);
  slow.socket.setNoDelay(true);
  for (const byte of V2) await new Promise((resolve) => slow.socket.write(Buffer.from([byte]), resolve));
  slow.socket.write(GET);
  await soon(() => expect(opened.addresses).toEqual(["203.0.113.8"]));
  const half = await dial(opened.port);
  half.socket.write(V1.slice(0, 10));
  await soon(() => expect(opened.clock.delays).toContain(10_000));
  opened.clock.advance(10_000);
  await half.closed;
  expect(opened.cuts).toEqual(["silent"]);
});

test.each([
  ["none", GET],
  ["a broken one", "PROXY TCP4 not-an-address x 1 2\r\n"],
  ["an endless one", `PROXY ${"x".repeat(200)}`],
])("a trusted proxy that sends %s is not guessed at", async (_what, bytes) => {
  const opened = await openProxied();
  const raw = await dial(opened.port);
  raw.socket.write(bytes);
  await raw.closed;
  expect(opened.cuts).toEqual(["proxy_header"]);
  expect(opened.addresses).toEqual([]);
});

test("the header of somebody else is no header: nobody invents an address", async () => {
  const opened = await openProxied({ proxies: trustedProxies(["192.0.2.0/24"]) });
  const raw = await dial(opened.port);
  raw.socket.write(`${V1}${GET}`);
  await raw.closed;
  expect(raw.bytes().toString()).toMatch(/^HTTP\/1\.1 400 /);
  expect(opened.addresses).toEqual([]);
  await ask(`http://127.0.0.1:${opened.port}/`, { headers: { "x-forwarded-for": "203.0.113.9" } });
  expect(opened.addresses).toEqual(["127.0.0.1"]);
});

test("X-Forwarded-For of a trusted proxy counts without PROXY headers too", async () => {
  const opened = await openProxied({ proxyProtocol: false });
  await ask(`http://127.0.0.1:${opened.port}/`, { headers: { "x-forwarded-for": "6.6.6.6, 203.0.113.9" } });
  expect(opened.addresses).toEqual(["203.0.113.9"]);
});

test("TLS comes behind the header", async () => {
  const addresses: string[] = [];
  const opened = await openTlsPort({
    proxies: LOOPBACK,
    proxyProtocol: true,
    request: (_request, response, { address, encrypted }) => {
      addresses.push(`${address} ${encrypted}`);
      response.end("in");
    },
  });
  const raw = await dial(opened.port);
  raw.socket.write(V1);
  raw.socket.removeAllListeners("data");
  const socket = await dialTls(opened, { socket: raw.socket });
  const done = drained(socket);
  socket.write(GET);
  expect((await done).text).toMatch(/in$/);
  expect(addresses).toEqual(["203.0.113.7 true"]);
});

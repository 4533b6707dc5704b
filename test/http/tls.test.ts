import { X509Certificate } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request } from "node:https";
import { expect, test } from "vitest";
import type { RequestOrigin } from "../../src/model/access.ts";
import { TlsFiles } from "../../src/transports/port/tls-files.ts";
import { dial } from "../grpc/frames.ts";
import { cleanUp, soon } from "../grpc/harness.ts";
import { createAuthority } from "../support/certificates.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { withClientCa } from "../support/tls-place.ts";
import { ask } from "./client.ts";
import { dialTls, drained, openTlsPort, type TlsPort, tlsPlace } from "./tls-port.ts";

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const LOOK_MS = 5_000;

const serialOf = async (port: TlsPort): Promise<string | undefined> => {
  const socket = await dialTls(port);
  const serial = socket.getPeerX509Certificate()?.serialNumber;
  socket.destroy();
  return serial;
};

test("HTTP/1.1 over TLS, as a https client asks", async () => {
  const { port, place } = await openTlsPort();
  const body = await new Promise<string>((resolve, reject) => {
    const options = { ca: place.authority.cert, agent: new Agent({ keepAlive: false }) };
    request(
      `https://localhost:${port}/`,
      { ...options, lookup: undefined, host: "127.0.0.1" },
      (response) => {
        response.once("data", (chunk: Buffer) => resolve(chunk.toString()));
        expect(response.headers["strict-transport-security"]).toBe("max-age=31536000");
      },
    )
      .on("error", reject)
      .end();
  });
  expect(body).toBe("HTTP/1.1");
});

test("HTTP/2 over TLS by ALPN, and without ALPN by its preface", async () => {
  const opened = await openTlsPort();
  const negotiated = await dialTls(opened, { ALPNProtocols: ["h2", "http/1.1"] });
  expect(negotiated.alpnProtocol).toBe("h2");
  const silent = await dialTls(opened);
  expect(silent.alpnProtocol).toBe(false);
  for (const socket of [negotiated, silent]) {
    const session = connectHttp2("https://localhost", { createConnection: () => socket });
    session.on("error", () => undefined);
    cleanUp(() => session.destroy());
    const stream = session.request({ ":path": "/" });
    const body = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
    expect(body.toString()).toBe("HTTP/2.0");
  }
});

test("HTTP/1 without ALPN is told by its first bytes", async () => {
  const socket = await dialTls(await openTlsPort());
  socket.write(GET);
  expect((await drained(socket)).text).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1$/s);
});

test("TLS 1.1 is not spoken, 1.2 and 1.3 are", async () => {
  const opened = await openTlsPort();
  const old = dialTls(opened, { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
  await expect(old).rejects.toThrow(/protocol version|unsupported protocol/i);
  await soon(() => expect(opened.cuts).toEqual(["tls_handshake"]));
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = await dialTls(opened, { maxVersion: version, minVersion: version });
    expect(socket.getProtocol()).toBe(version);
  }
});

test("a request in cleartext hears what to do, and the port lives on", async () => {
  const opened = await openTlsPort();
  const raw = await dial(opened.port);
  raw.socket.write(GET);
  await raw.closed;
  expect(raw.bytes().toString()).toMatch(/^HTTP\/1\.1 400 .*this port speaks TLS only: use https.*\n$/s);
  const session = connectHttp2(`http://127.0.0.1:${opened.port}`);
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  const goaway = await new Promise((resolve) =>
    session.once("goaway", (code, last, data) => resolve([code, last, data?.toString()])),
  );
  expect(goaway).toEqual([12, 0, expect.stringContaining("this port speaks TLS only")]);
  expect(opened.cuts).toEqual(["cleartext", "cleartext"]);
  await dialTls(opened);
});

test("a handshake that does not go on is not waited for", async () => {
  const opened = await openTlsPort();
  const raw = await dial(opened.port);
  raw.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
  await soon(() => expect(opened.clock.delays.filter((delayMs) => delayMs === 10_000)).toHaveLength(1));
  await soon(() => {
    opened.clock.advance(10_000);
    expect(opened.cuts).toContain("silent");
  });
  await raw.closed;
});

test("a pair that was swapped is used for new connections, and open ones stay", async () => {
  const opened = await openTlsPort();
  const old = await dialTls(opened, { ALPNProtocols: ["h2"] });
  const session = connectHttp2("https://localhost", { createConnection: () => old });
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  const before = await serialOf(opened);
  const next = opened.place.authority.issue({ name: "next", names: ["localhost", "127.0.0.1"] });
  opened.place.swap(next);
  expect(await serialOf(opened)).toBe(before);
  opened.clock.advance(LOOK_MS);
  expect(await serialOf(opened)).toBe(new X509Certificate(next.cert).serialNumber);
  expect(opened.log.join("\n")).toContain("the TLS certificate was replaced");
  const stream = session.request({ ":path": "/" });
  const body = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  expect(body.toString()).toBe("HTTP/2.0");
});

test("a pair that does not fit is told once, the one in use stays, and the next good one is taken", async () => {
  const opened = await openTlsPort();
  const before = await serialOf(opened);
  const names = ["localhost", "127.0.0.1"];
  const one = opened.place.authority.issue({ name: "one", names });
  const two = opened.place.authority.issue({ name: "two", names });
  const refused = () =>
    opened.log.filter((line) => line.includes("cannot be used: the certificate in use stays"));
  const broken = [
    { cert: one.cert, key: two.key },
    { cert: one.cert.slice(0, 200), key: one.key },
    { cert: one.cert },
    { cert: "", key: "" },
  ];
  for (const [index, pair] of broken.entries()) {
    opened.place.swap(pair);
    opened.clock.advance(3 * LOOK_MS);
    expect(refused()).toHaveLength(index + 1);
    expect(await serialOf(opened)).toBe(before);
  }
  opened.place.swap(two);
  opened.clock.advance(LOOK_MS);
  expect(await serialOf(opened)).toBe(new X509Certificate(two.cert).serialNumber);
  expect(opened.log.join("\n")).not.toContain("PRIVATE KEY");
});

test("files that cannot be used at the start are named", () => {
  const place = tlsPlace();
  const silent = { info: () => undefined, warn: () => undefined };
  const open = (cert: string) => new TlsFiles({ ...place.paths, cert }, new ManualClock(), silent);
  expect(() => open("/nowhere/tls.crt")).toThrow(/CONFIG_INVALID|\/nowhere\/tls\.crt/);
  expect(() => open(place.paths.key)).toThrow(/cannot be used/);
});

test("client certificates: none, a foreign one, an expired one and a good one", async () => {
  const origins: RequestOrigin[] = [];
  const opened = await openTlsPort({
    paths: withClientCa,
    request: (_request, response, origin) => {
      origins.push(origin);
      response.end("in");
    },
  });
  const { authority } = opened.place;
  const names = ["spiffe://cluster/ns/shop", "Shop.example", "10.0.0.1"];
  const outcome = async (certificate: object): Promise<string> => {
    try {
      const socket = await dialTls(opened, certificate);
      const done = drained(socket);
      socket.write(GET);
      const { text, error } = await done;
      return text.slice(-2) || `cut: ${error}`;
    } catch (thrown) {
      return `refused: ${String(thrown)}`;
    }
  };
  expect(await outcome(authority.issue({ name: "client", names }))).toBe("in");
  expect(origins[0]).toEqual({
    address: "127.0.0.1",
    encrypted: true,
    certificateNames: ["spiffe://cluster/ns/shop", "shop.example"],
  });
  expect(await outcome({})).toMatch(/certificate required|handshake failure/);
  expect(await outcome(createAuthority("another").issue({ name: "client", names }))).not.toBe("in");
  expect(await outcome(authority.issue({ name: "client", names, validForMs: -1_000 }))).not.toBe("in");
  expect(origins).toHaveLength(1);
  expect(opened.cuts).toEqual(["tls_handshake", "tls_handshake", "tls_handshake"]);
  expect(opened.log.join("\n")).toContain("CERT_HAS_EXPIRED");
});

test("where client certificates are optional, none is fine, and a bad one is still none of ours", async () => {
  const seen: (readonly string[])[] = [];
  const opened = await openTlsPort({
    paths: withClientCa,
    clientCertificates: "optional",
    request: (_request, response, { certificateNames }) => {
      seen.push(certificateNames);
      response.end();
    },
  });
  const good = opened.place.authority.issue({ name: "client", names: ["shop.example"] });
  const foreign = createAuthority("another").issue({ name: "client", names: ["shop.example"] });
  for (const certificate of [{}, good, foreign]) {
    const socket = await dialTls(opened, certificate);
    const done = drained(socket);
    socket.write(GET);
    await done;
  }
  expect(seen).toEqual([[], ["shop.example"]]);
  expect(opened.cuts).toEqual(["tls_handshake"]);
});

test("without TLS no answer binds the browser to https", async () => {
  const { port } = await openTlsPort({ tls: undefined });
  const { headers } = await ask(`http://127.0.0.1:${port}/`);
  expect(headers["strict-transport-security"]).toBeUndefined();
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

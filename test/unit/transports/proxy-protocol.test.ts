import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readProxyHeader } from "../../../src/transports/port/proxy-protocol.ts";

const START = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

function binary(command: number, family: number, addresses: Buffer): Buffer {
  const fixed = Buffer.from([0x20 | command, family, addresses.length >> 8, addresses.length & 0xff]);
  return Buffer.concat([START, fixed, addresses]);
}

describe("the PROXY protocol", () => {
  it.each([
    ["PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nGET /", "192.0.2.7", 45],
    ["PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\nPRI", "2001:db8::7", 46],
    ["PROXY UNKNOWN\r\n", undefined, 15],
    ["PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", undefined, 35],
  ])("version 1: %j", (text, address, length) => {
    expect(readProxyHeader(Buffer.from(text))).toEqual({ kind: "header", length, address });
  });

  it.each(["PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP9 1.1.1.1 2.2.2.2 1 2\r\n", `PROXY ${"x".repeat(200)}`])(
    "version 1, malformed: %j",
    (text) => expect(readProxyHeader(Buffer.from(text))).toEqual({ kind: "malformed" }),
  );

  it("version 2", () => {
    const ipv4 = Buffer.from([192, 0, 2, 7, 198, 51, 100, 1, 0, 80, 1, 187]);
    const ipv6 = Buffer.concat([Buffer.from("20010db8000000000000000000000007", "hex"), Buffer.alloc(20)]);
    expect(readProxyHeader(binary(1, 0x11, ipv4))).toEqual({
      kind: "header",
      length: 28,
      address: "192.0.2.7",
    });
    const extended = Buffer.concat([ipv4, Buffer.from([4, 0, 1, 0])]);
    expect(readProxyHeader(binary(1, 0x11, extended))).toMatchObject({ length: 32, address: "192.0.2.7" });
    expect(readProxyHeader(binary(1, 0x21, ipv6))).toMatchObject({ address: "2001:db8:0:0:0:0:0:7" });
    expect(readProxyHeader(binary(0, 0, Buffer.alloc(0)))).toEqual({
      kind: "header",
      length: 16,
      address: undefined,
    });
    expect(readProxyHeader(binary(1, 0x31, Buffer.alloc(216)))).toMatchObject({ address: undefined });
    expect(readProxyHeader(binary(1, 0x11, Buffer.alloc(4)))).toEqual({ kind: "malformed" });
    expect(readProxyHeader(Buffer.concat([START, Buffer.from([0x11, 0x11, 0, 12])]))).toEqual({
      kind: "malformed",
    });
  });

  it("waits for the whole of it, byte by byte", () => {
    const whole = binary(1, 0x11, Buffer.alloc(12, 1));
    for (let length = 0; length < whole.length; length += 1)
      expect(readProxyHeader(whole.subarray(0, length))).toEqual({ kind: "incomplete" });
    const text = Buffer.from("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n");
    for (let length = 0; length < text.length; length += 1)
      expect(readProxyHeader(text.subarray(0, length))).toEqual({ kind: "incomplete" });
  });

  it("is none of HTTP's own beginnings", () => {
    for (const text of ["PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\n", "POST /", "PROPFIND /"])
      expect(readProxyHeader(Buffer.from(text))).toEqual({ kind: "none" });
  });

  it("never throws, whatever comes behind its start", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(START, Buffer.from("PROXY ")),
        fc.uint8Array({ maxLength: 300 }),
        (start, rest) => {
          const bytes = Buffer.concat([start, rest]);
          const read = readProxyHeader(bytes);
          if (read.kind === "header") expect(read.length).toBeLessThanOrEqual(bytes.length);
        },
      ),
    );
  });
});

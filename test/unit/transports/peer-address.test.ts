import { describe, expect, it } from "vitest";
import { clientAddress, trustedProxies } from "../../../src/transports/port/peer-address.ts";

describe("where a request came from", () => {
  const proxies = trustedProxies(["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]);
  const of = (socket: string, forwarded?: string) =>
    proxies === undefined ? "no list" : clientAddress(socket, forwarded, proxies);

  it("is the socket's address where no trusted proxy speaks", () => {
    expect(of("203.0.113.5", "1.1.1.1")).toBe("203.0.113.5");
    expect(of("::ffff:203.0.113.5")).toBe("203.0.113.5");
    expect(of("10.1.2.3")).toBe("10.1.2.3");
  });

  it("is the last that no trusted proxy added, never what a client made up", () => {
    expect(of("10.1.2.3", "203.0.113.5")).toBe("203.0.113.5");
    expect(of("::ffff:10.1.2.3", "6.6.6.6, 203.0.113.5, 192.0.2.1")).toBe("203.0.113.5");
    expect(of("2001:db8::9", "6.6.6.6,203.0.113.5")).toBe("203.0.113.5");
    expect(of("10.1.2.3", "10.9.9.9, 10.8.8.8")).toBe("10.9.9.9");
  });

  it("is as far as it can be read", () => {
    expect(of("10.1.2.3", "203.0.113.5, unknown")).toBe("10.1.2.3");
    expect(of("10.1.2.3", "")).toBe("10.1.2.3");
  });

  it.each(["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "host", "10.0.0.0/8/8", "::/129", ""])(
    "%j is no range",
    (range) => expect(trustedProxies([range])).toBeUndefined(),
  );
});

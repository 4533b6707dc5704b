import { isIP } from "node:net";

/**
 * What the first bytes of a connection say in HAProxy's PROXY protocol (versions 1 and 2), which load balancers put before
 * the client's own bytes. `incomplete`: more bytes are needed; `none`: they are no such header; `malformed`: they began
 * as one.
 */
export type ProxyHeader =
  | { readonly kind: "incomplete" | "none" | "malformed" }
  | {
      readonly kind: "header";
      /** Bytes that the header takes. */
      readonly length: number;
      /** The client's address; `undefined`: the proxy speaks for itself (a health check) or does not know. */
      readonly address: string | undefined;
    };

const V1_START = Buffer.from("PROXY ");
/** Of a whole line with its CRLF, by the specification. */
const V1_MOST_BYTES = 107;
const V2_START = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const V2_FIXED_BYTES = 16;
/** Room for addresses and some extensions; the specification's own advice. */
const V2_MOST_BYTES = 4_096;
const V2_FAMILY = { ipv4: 0x1, ipv6: 0x2 } as const;

/** Reads the header at the start of `bytes`. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (beginsLike(bytes, V1_START)) return bytes.length < V1_START.length ? INCOMPLETE : readText(bytes);
  if (beginsLike(bytes, V2_START)) return bytes.length < V2_FIXED_BYTES ? INCOMPLETE : readBinary(bytes);
  return { kind: "none" };
}

const INCOMPLETE: ProxyHeader = { kind: "incomplete" };
const MALFORMED: ProxyHeader = { kind: "malformed" };

function beginsLike(bytes: Buffer, start: Buffer): boolean {
  const compared = Math.min(bytes.length, start.length);
  return bytes.subarray(0, compared).equals(start.subarray(0, compared));
}

function readText(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, V1_MOST_BYTES).indexOf("\r\n");
  if (end < 0) return bytes.length >= V1_MOST_BYTES ? MALFORMED : INCOMPLETE;
  const [, family, source = ""] = bytes.toString("latin1", 0, end).split(" ");
  const length = end + 2;
  if (family === "UNKNOWN") return { kind: "header", length, address: undefined };
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : undefined;
  return isIP(source) === version ? { kind: "header", length, address: source } : MALFORMED;
}

function readBinary(bytes: Buffer): ProxyHeader {
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const length = V2_FIXED_BYTES + bytes.readUInt16BE(14);
  if (command >> 4 !== 2 || length > V2_MOST_BYTES) return MALFORMED;
  if (bytes.length < length) return INCOMPLETE;
  const isLocal = (command & 0x0f) === 0;
  const addresses = bytes.subarray(V2_FIXED_BYTES, length);
  if (isLocal) return { kind: "header", length, address: undefined };
  if (family === V2_FAMILY.ipv4 && addresses.length >= 12) {
    return { kind: "header", length, address: addresses.subarray(0, 4).join(".") };
  }
  if (family === V2_FAMILY.ipv6 && addresses.length >= 36) {
    return { kind: "header", length, address: ipv6Text(addresses.subarray(0, 16)) };
  }
  return family === V2_FAMILY.ipv4 || family === V2_FAMILY.ipv6
    ? MALFORMED
    : { kind: "header", length, address: undefined };
}

function ipv6Text(address: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index).toString(16));
  return groups.join(":");
}

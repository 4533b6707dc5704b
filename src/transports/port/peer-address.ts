import { BlockList, isIP } from "node:net";

/** Proxies whose word on a client's address is taken. */
export interface TrustedProxies {
  trusts(address: string): boolean;
}

/** An address as everybody writes it: IPv4 addresses on a dual-stack socket come as `::ffff:10.0.0.1`. */
export function plainAddress(address: string): string {
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  return isIP(plain) === 4 ? plain : address;
}

/** Makes the list from addresses and ranges such as `10.0.0.0/8`; `undefined` of one that is neither. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bitsText, ...rest] = range.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const bits =
      bitsText === undefined ? most : /^[0-9]{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
    if (version === 0 || rest.length > 0 || !(bits <= most)) return undefined;
    list.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  }
  return {
    trusts(address) {
      const plain = plainAddress(address);
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
    },
  };
}

/**
 * The address a request came from: the socket's, or, if that is a trusted proxy's, the last entry of `X-Forwarded-For`
 * that no trusted proxy added. Entries further left may be the client's own invention.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let address = plainAddress(socketAddress ?? "");
  if (!proxies.trusts(address)) return address;
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  while (hops.length > 0 && proxies.trusts(address)) {
    const hop = hops.pop() ?? "";
    if (isIP(hop) === 0) break;
    address = plainAddress(hop);
  }
  return address;
}

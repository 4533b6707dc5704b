import { isIPv6 } from "node:net";

/** What one subscriber is given at the least (RFC 6177): whoever has one has 2^64 addresses to fail from. */
const NETWORK_GROUPS = 4;
const ALL_GROUPS = 8;

/** Addresses that stand for one of IPv4 each: mapped ones (RFC 4291, section 2.5.5.2), and those of translators (RFC 6052). */
const EMBEDDED_IPV4: readonly RegExp[] = [/^(?:0:){5}ffff:/, /^64:ff9b:(?:0:){4}/];

function groupsOf(part: string): string[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16).toString(16)];
    const [first = 0, second = 0, third = 0, fourth = 0] = group.split(".").map(Number);
    return [(first * 256 + second).toString(16), (third * 256 + fourth).toString(16)];
  });
}

/** Whose failures are counted together: those of an IPv4 address, and of an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  const [plain = ""] = address.split("%", 1);
  if (!isIPv6(plain)) return address;
  const [before = "", after] = plain.split("::", 2);
  const [first, last] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = Array<string>(Math.max(0, ALL_GROUPS - first.length - last.length)).fill("0");
  const groups = [...first, ...(after === undefined ? [] : zeros), ...last];
  const whole = groups.join(":");
  if (EMBEDDED_IPV4.some((form) => form.test(whole))) return whole;
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/access/network-of.ts";

describe("whose failures are counted together", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["", ""],
    ["no address", "no address"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::203.0.113.7", "64:ff9b:0:0:0:0:cb00:7107"],
    ["0:0:0:0:0:ffff:cb00:7107", "0:0:0:0:0:ffff:cb00:7107"],
    ["::ffff:203.0.113.7", "0:0:0:0:0:ffff:cb00:7107"],
  ])("%s: %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

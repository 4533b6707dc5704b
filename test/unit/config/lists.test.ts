import { describe, expect, it } from "vitest";
import { listOf, pairsOf } from "../../../src/config/lists.ts";
import { loadConfig } from "../../../src/config/load-config.ts";

const load = (env: Record<string, string>) =>
  loadConfig({ env: { DATABASE_URL: "postgres://db/x", ...env } });

describe("lists in options", () => {
  it("are parted by commas or lines", () => {
    expect(listOf(" a, b\n c,,\n")).toEqual(["a", "b", "c"]);
    expect(listOf(undefined)).toEqual([]);
    expect(pairsOf("spiffe://c?x=1=shop/production")).toEqual([["spiffe://c?x=1", "shop/production"]]);
    expect(pairsOf("a=b, c")).toBeUndefined();
  });

  it.each([
    [{ TRUSTED_PROXIES: "10.0.0.0/8, fd00::/8, 192.0.2.1" }, undefined],
    [{ TRUSTED_PROXIES: "10.0.0.0/33" }, /TRUSTED_PROXIES .*must be addresses or ranges/],
    [{ TRUSTED_PROXIES: "proxy.local" }, /TRUSTED_PROXIES/],
    [{ CORS_ORIGINS: "https://app.example.com, http://localhost:3000" }, undefined],
    [{ CORS_ORIGINS: "https://app.example.com/" }, /CORS_ORIGINS .*without a path/],
    [{ CORS_ORIGINS: "app.example.com" }, /CORS_ORIGINS/],
    [{ TLS_CLIENT_ENVIRONMENTS: "spiffe://x", TLS_CLIENT_CA_FILE: "c" }, /must be pairs/],
  ])("%j", (env: Record<string, string>, fault) => {
    if (fault === undefined) expect(() => load(env)).not.toThrow();
    else expect(() => load(env)).toThrow(fault);
  });
});

describe("options that need another", () => {
  it.each([
    [{ TLS_CERT_FILE: "c" }, /TLS_CERT_FILE \(--tls-cert-file\): needs TLS_KEY_FILE too/],
    [{ TLS_KEY_FILE: "k" }, /needs TLS_CERT_FILE too/],
    [{ TLS_CLIENT_CA_FILE: "a" }, /TLS_CLIENT_CA_FILE .*needs TLS_CERT_FILE too/],
    [{ TLS_CLIENT_ENVIRONMENTS: "a=b/c" }, /needs TLS_CLIENT_CA_FILE too/],
    [{ MANAGEMENT_TLS_CERT_FILE: "c" }, /needs MANAGEMENT_TLS_KEY_FILE too/],
    [{ PROXY_PROTOCOL: "on" }, /needs TRUSTED_PROXIES too/],
  ])("%j are refused alone", (env: Record<string, string>, fault) => {
    expect(() => load(env)).toThrow(fault);
  });
});

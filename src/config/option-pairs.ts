import { type Config, OPTIONS } from "./options.ts";

/** An option that says nothing without another. */
const NEEDS: readonly (readonly [keyof Config, keyof Config])[] = [
  ["tlsCertFile", "tlsKeyFile"],
  ["tlsKeyFile", "tlsCertFile"],
  ["tlsClientCaFile", "tlsCertFile"],
  ["tlsClientEnvironments", "tlsClientCaFile"],
  ["managementTlsCertFile", "managementTlsKeyFile"],
  ["managementTlsKeyFile", "managementTlsCertFile"],
];

/** What is wrong with options that are fine each by itself: a half of TLS would be cleartext without a word. */
export function pairFaults(config: Config): readonly string[] {
  const faults = NEEDS.filter(
    ([name, needed]) => config[name] !== undefined && config[needed] === undefined,
  ).map(([name, needed]) => `${OPTIONS[name].env} (${OPTIONS[name].flag}): needs ${OPTIONS[needed].env} too`);
  if (config.proxyProtocol === "on" && config.trustedProxies === undefined) {
    faults.push(
      "PROXY_PROTOCOL (--proxy-protocol): needs TRUSTED_PROXIES too: the header is taken from those only",
    );
  }
  return faults;
}

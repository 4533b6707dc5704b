import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { ClientTls } from "../../doctor/client-tls.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import type { Flags } from "../command.ts";

/** Options of a command that asks a server which may speak TLS. */
export function withClientTls(command: Command): Command {
  return command
    .option("--tls", "the sync port speaks TLS, with a certificate that this machine trusts")
    .option("--tls-ca <file>", "it speaks TLS: the authority of its certificate, PEM")
    .option("--tls-cert <file>", "it speaks TLS and wants a client certificate: that one, PEM")
    .option("--tls-key <file>", "private key of --tls-cert, PEM")
    .option(
      "--tls-server-name <name>",
      "it speaks TLS: the name in its certificate, if it is asked by another",
    );
}

function contentOf(flags: Flags, name: string, option: string): Buffer | undefined {
  const path = flags[name];
  if (typeof path !== "string") return undefined;
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", `${option} ${path} cannot be read: ${messageOf(thrown)}`);
  }
}

/**
 * What {@link withClientTls}'s options say; `undefined`: cleartext.
 *
 * @throws FlagsmithFlagdError CONFIG_INVALID
 */
export function clientTlsOf(flags: Flags): ClientTls | undefined {
  const ca = contentOf(flags, "tlsCa", "--tls-ca");
  const cert = contentOf(flags, "tlsCert", "--tls-cert");
  const key = contentOf(flags, "tlsKey", "--tls-key");
  const serverName = typeof flags.tlsServerName === "string" ? flags.tlsServerName : undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", "--tls-cert and --tls-key need one another");
  }
  const wanted = flags.tls === true || [ca, cert, serverName].some((given) => given !== undefined);
  return wanted ? { ca, cert, key, serverName } : undefined;
}

import type { Config } from "../../config/options.ts";
import type { Logger } from "../../observe/logger.ts";
import type { TlsMetrics } from "../../observe/management-metrics.ts";
import type { Clock } from "../../support/clock.ts";
import { TlsFiles } from "../../transports/port/tls-files.ts";
import type { PortTls } from "../../transports/port/tls-terminator.ts";

/** What reading certificates needs. */
interface TlsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: TlsMetrics;
}

/**
 * TLS of the sync port; `undefined`: it is in cleartext.
 *
 * @throws FlagsmithFlagdError CONFIG_INVALID if the files cannot be used.
 */
export function syncPortTls(config: Config, { clock, logger, metrics }: TlsParts): PortTls | undefined {
  const { tlsCertFile: cert, tlsKeyFile: key, tlsClientCaFile: clientCa } = config;
  if (cert === undefined || key === undefined) return undefined;
  return {
    files: new TlsFiles({ cert, key, clientCa }, clock, logger, metrics),
    clientCertificates: config.tlsClientCertificates,
  };
}

/**
 * TLS of the management port, which knows no client certificates: probes have none. `undefined`: it is in cleartext.
 *
 * @throws FlagsmithFlagdError CONFIG_INVALID if the files cannot be used.
 */
export function managementPortTls(
  config: Partial<Pick<Config, "managementTlsCertFile" | "managementTlsKeyFile">>,
  { clock, logger, metrics }: TlsParts,
): PortTls | undefined {
  const { managementTlsCertFile: cert, managementTlsKeyFile: key } = config;
  if (cert === undefined || key === undefined) return undefined;
  return { files: new TlsFiles({ cert, key }, clock, logger, metrics), clientCertificates: "optional" };
}

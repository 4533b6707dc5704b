import type { ConnectionOptions } from "node:tls";

/** How a server is asked that speaks TLS; all PEM. */
export interface TlsWish {
  /** Authorities to trust; without them the machine's own. */
  readonly ca: string | Buffer | undefined;
  /** The client's certificate and its key. */
  readonly cert: string | Buffer | undefined;
  readonly key: string | Buffer | undefined;
  /** The name in the server's certificate, where it is asked by another. */
  readonly serverName: string | undefined;
}

/** An address that the suite speaks to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** `undefined`: cleartext. */
  readonly tls: TlsWish | undefined;
}

/** Reads `host:port`, with or without brackets around an IPv6 address; `undefined`: it is no such text. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Where the target is, for a URL and for the authority of a call. */
export function authorityOf({ host, port }: Target): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What Node's TLS needs for the target. */
export function tlsOptionsOf({ tls }: Target): ConnectionOptions {
  const { ca, cert, key, serverName } = tls ?? {};
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

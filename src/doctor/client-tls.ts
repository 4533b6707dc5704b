/** How a server is asked that speaks TLS; all PEM. */
export interface ClientTls {
  /** By what the server's certificate is verified; `undefined`: by what Node trusts. */
  readonly ca: Buffer | undefined;
  /** The client's own certificate, where the server wants one. */
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  /** The name that the server's certificate has, where it is asked by another. */
  readonly serverName: string | undefined;
}

/** What Node, OpenSSL and gRPC say of a handshake that failed, and what our ports say of a client that speaks the other. */
const SIGNS =
  /certificate|\bissuer\b|altnames|self[- ]signed|\bTLS\b|\bSSL\b|wrong version number|alert number|EPROTO|packet length too long/i;

/** Whether a failure is one of TLS: then the address is right. */
export function isTlsFailure(reason: string): boolean {
  return SIGNS.test(reason);
}

/** Whether a refusal is that of a port which speaks TLS only; gRPC says so of INADEQUATE_SECURITY. */
export function isTlsWanted(refusal: string): boolean {
  return refusal.includes("Protocol not secure enough");
}

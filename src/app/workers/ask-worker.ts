/** An address at which a worker's management port is bound. */
export interface ManagementAddress {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds that a worker may take to answer for itself. */
const ASK_LIMIT_MS = 2_000;

/** Asks a worker for itself; one that is bound to every address is asked on the loopback. */
export async function askWorker(
  management: ManagementAddress | undefined,
  path: string,
  token?: string,
): Promise<Response | undefined> {
  if (management === undefined) return undefined;
  const { host, port } = management;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const authority = name.includes(":") ? `[${name}]` : name;
  return await fetch(`http://${authority}:${port}${path}`, {
    signal: AbortSignal.timeout(ASK_LIMIT_MS),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  }).catch(() => undefined);
}

/** What the admin side answered. */
export interface AdminReply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; `undefined`: none. */
  readonly body: unknown;
}

/** Asks the admin side of a server as a script would. */
export async function askAdmin(
  address: string,
  path: string,
  options: { method?: string; authorization?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<AdminReply> {
  const { method = "GET", authorization, body, headers } = options;
  const response = await fetch(`http://${address}/api/v1${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

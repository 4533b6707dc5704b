/** The part of a request that this room reads: Node's HTTP/1 requests and its HTTP/2 compat requests both have it. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** The part of a response that this room uses. */
export interface HttpResponse {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  /** Beside what is there under the same name. */
  appendHeader(name: string, value: string): unknown;
  end(body?: string | Uint8Array): unknown;
}

/** One header; of a header sent twice the first counts. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The path without its query. */
export function pathOf(request: HttpRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { buffer } from "node:stream/consumers";
import { messageOf } from "../../support/errors.ts";
import { type Target, tlsOptionsOf } from "./target.ts";

/** An answer over HTTP/1.1. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What to ask. */
export interface HttpWish {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

/** Asks over HTTP/1.1 on a connection of its own; resolves with a reason in words if no answer came within the time. */
export function exchange(target: Target, wish: HttpWish, withinMs: number): Promise<HttpAnswer | string> {
  const request = target.tls === undefined ? requestHttp : requestHttps;
  return new Promise((resolve) => {
    const fail = (thrown: unknown): void => resolve(messageOf(thrown));
    request(
      {
        ...tlsOptionsOf(target),
        host: target.host,
        port: target.port,
        path: wish.path,
        method: wish.method ?? "GET",
        headers: wish.headers,
        agent: false,
        signal: AbortSignal.timeout(withinMs),
      },
      (response) => {
        const { statusCode = 0, headers } = response;
        buffer(response).then((body) => resolve({ status: statusCode, headers, body }), fail);
      },
    )
      .on("error", fail)
      .end();
  });
}

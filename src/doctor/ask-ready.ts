import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { messageOf } from "../support/errors.ts";
import type { ClientTls } from "./client-tls.ts";

/** Milliseconds for the whole answer. */
const ANSWER_WITHIN_MS = 5_000;

/** What `/readyz` says, as far as it is looked at here. */
export interface ReadyAnswer {
  readonly ok: boolean;
  readonly waitingFor: readonly string[];
  readonly staleSeconds: number | undefined;
  readonly reason: string | undefined;
}

/**
 * Asks a management port whether its server is ready.
 *
 * @throws whatever keeps it from answering, also an answer that is none of ours.
 */
export async function askReady(target: string, tls: ClientTls | undefined): Promise<ReadyAnswer> {
  const options = { agent: false, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) };
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request =
      tls === undefined
        ? requestHttp(`http://${target}/readyz`, options)
        : requestHttps(`https://${target}/readyz`, { ...options, ...secured(tls) });
    request.on("error", reject).on("response", (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
    });
    request.end();
  });
  return readAnswer(status, body);
}

function secured({ ca, cert, key, serverName }: ClientTls): object {
  return { ca, cert, key, ...(serverName === undefined ? {} : { servername: serverName }) };
}

function readAnswer(status: number, body: string): ReadyAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (thrown) {
    throw new Error(`answered ${status}: ${body.slice(0, 200).trim() || messageOf(thrown)}`);
  }
  const {
    waitingFor = [],
    staleSeconds,
    reason,
  } = parsed as {
    readonly waitingFor?: readonly string[];
    readonly staleSeconds?: number;
    readonly reason?: string;
  };
  return { ok: status === 200, waitingFor, staleSeconds, reason };
}

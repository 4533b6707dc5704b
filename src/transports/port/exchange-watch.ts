import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { CutReason } from "./observer.ts";
import type { Rounds, Watched } from "./rounds.ts";

/** A request of either HTTP version. */
export type PortRequest = IncomingMessage | Http2ServerRequest;
/** A response of either HTTP version. */
export type PortResponse = ServerResponse | Http2ServerResponse;

/** How long the two halves of an exchange may take. */
export interface ExchangeLimits {
  /** Milliseconds for the whole request, as long as nothing is answered. */
  readonly requestMs: number;
  /** Milliseconds for an answer that is complete to be taken. One that goes on, as a stream does, is not limited. */
  readonly answerMs: number;
}

/** Breaks off exchanges whose client sends its request drop by drop, or does not take its answer. */
export function watchExchange(
  exchange: { readonly request: PortRequest; readonly response: PortResponse },
  options: ExchangeLimits & { readonly rounds: Rounds; readonly onCut: (reason: CutReason) => void },
): void {
  const { request, response } = exchange;
  const { rounds, requestMs, answerMs, onCut } = options;
  const beganMs = rounds.nowMs();
  let answeredMs: number | undefined;
  const watched: Watched = {
    look(nowMs) {
      if (response.writableEnded) {
        answeredMs ??= nowMs;
        if (nowMs - answeredMs < answerMs) return;
        onCut("late_answer");
      } else {
        if (request.complete || response.headersSent || nowMs - beganMs < requestMs) return;
        onCut("late_request");
      }
      rounds.remove(watched);
      response.destroy();
    },
  };
  rounds.add(watched);
  response.once("close", () => rounds.remove(watched));
}

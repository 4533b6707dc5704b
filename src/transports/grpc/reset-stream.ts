import { constants as http2, type ServerHttp2Stream } from "node:http2";
import type { Clock } from "../../support/clock.ts";

/**
 * Resets a stream that its client does not take; a gRPC client reads REFUSED_STREAM as UNAVAILABLE. If a ping is not
 * answered within `patienceMs` either, nobody reads this connection, for whichever stream: it is cut.
 */
export function resetStream(stream: ServerHttp2Stream, clock: Clock, patienceMs: number): void {
  const { session } = stream;
  stream.close(http2.NGHTTP2_REFUSED_STREAM);
  if (session === undefined || session.destroyed) return;
  const silence = clock.after(patienceMs, () => session.destroy());
  // Also called, with an error, when the session ends first. `false`: so many pings are unanswered that one of them decides.
  if (!session.ping(() => silence.cancel())) silence.cancel();
}

import type { Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";

/** The first bytes of every HTTP/2 connection with prior knowledge (RFC 9113, section 3.4). No HTTP/1 method begins so. */
const PREFACE = Buffer.from("PRI");

/** The first byte of a TLS connection: a record of type handshake (RFC 8446, section 5.1). No HTTP method begins so. */
const TLS_HANDSHAKE = 0x16;

/** Which protocol a connection speaks; whatever is neither of the others is left for HTTP/1 to refuse. */
export type Protocol = "http1" | "http2" | "tls";

/** How {@link sniffProtocol} waits. */
export interface SniffOptions {
  readonly clock: Clock;
  /** Milliseconds after which a connection that has not shown its protocol is closed. */
  readonly silenceMs: number;
  readonly onSilent: () => void;
}

/**
 * Tells the protocol of a new connection from its first bytes and gives them back to the socket. It reads on 'readable',
 * never in flowing mode: a socket that has been in flowing mode breaks the http2 session (design decision 1).
 * Returns a way to give up, which closes the connection.
 */
export function sniffProtocol(
  socket: Socket,
  options: SniffOptions,
  decided: (protocol: Protocol) => void,
): () => void {
  let held: Buffer = Buffer.alloc(0);
  const abandon = (): void => {
    release();
    socket.destroy();
  };
  const silence = options.clock.after(options.silenceMs, () => {
    options.onSilent();
    abandon();
  });
  const release = (): void => {
    silence.cancel();
    socket.off("readable", look);
    socket.off("error", abandon);
    socket.off("end", abandon);
    socket.off("close", release);
  };
  const look = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const compared = Math.min(held.length, PREFACE.length);
    const alike = held.subarray(0, compared).equals(PREFACE.subarray(0, compared));
    if (alike && compared < PREFACE.length) return;
    release();
    socket.unshift(held);
    decided(alike ? "http2" : held[0] === TLS_HANDSHAKE ? "tls" : "http1");
  };
  socket.on("readable", look);
  socket.on("error", abandon);
  socket.on("end", abandon);
  socket.on("close", release);
  return abandon;
}

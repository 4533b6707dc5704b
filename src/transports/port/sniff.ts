import type { Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";
import { readProxyHeader } from "./proxy-protocol.ts";

/** The first bytes of every HTTP/2 connection with prior knowledge (RFC 9113, section 3.4). No HTTP/1 method begins so. */
const PREFACE = Buffer.from("PRI");

/** The first byte of a TLS connection: a record of type handshake (RFC 8446, section 5.1). No HTTP method begins so. */
const TLS_HANDSHAKE = 0x16;

/** Which protocol a connection speaks; whatever is none of the others is left for HTTP/1 to refuse. */
export type Protocol = "http1" | "http2" | "tls";

/** What the first bytes of a connection showed. */
export type Sniffed =
  | {
      readonly protocol: Protocol;
      /** The client's address as the PROXY header tells it; `undefined`: it tells none. */
      readonly proxiedFor: string | undefined;
    }
  | { readonly protocol: "bad_proxy_header" };

/** How {@link sniffProtocol} waits. */
export interface SniffOptions {
  readonly clock: Clock;
  /** Milliseconds after which a connection that has not shown its protocol is closed. */
  readonly silenceMs: number;
  readonly onSilent: () => void;
  /** Whether the connection must begin with a PROXY header. Its specification forbids to guess. */
  readonly proxied: boolean;
}

/**
 * Tells the protocol of a new connection from its first bytes and gives them back to the socket, a PROXY header aside. It
 * reads on 'readable', never in flowing mode: a socket that has been in flowing mode breaks the http2 session (design
 * decision 1). Returns a way to give up, which closes the connection.
 */
export function sniffProtocol(
  socket: Socket,
  options: SniffOptions,
  decided: (sniffed: Sniffed) => void,
): () => void {
  let held: Buffer = Buffer.alloc(0);
  let awaitsProxy = options.proxied;
  let proxiedFor: string | undefined;
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
    if (awaitsProxy) {
      const header = readProxyHeader(held);
      if (header.kind === "incomplete") return;
      if (header.kind !== "header") {
        release();
        decided({ protocol: "bad_proxy_header" });
        return;
      }
      awaitsProxy = false;
      proxiedFor = header.address;
      held = held.subarray(header.length);
    }
    const protocol = protocolOf(held);
    if (protocol === undefined) return;
    release();
    socket.unshift(held);
    decided({ protocol, proxiedFor });
  };
  socket.on("readable", look);
  socket.on("error", abandon);
  socket.on("end", abandon);
  socket.on("close", release);
  return abandon;
}

/** `undefined`: more bytes are needed. */
function protocolOf(bytes: Buffer): Protocol | undefined {
  const compared = Math.min(bytes.length, PREFACE.length);
  const alike = bytes.subarray(0, compared).equals(PREFACE.subarray(0, compared));
  if (alike) return compared < PREFACE.length ? undefined : "http2";
  return bytes[0] === TLS_HANDSHAKE ? "tls" : "http1";
}

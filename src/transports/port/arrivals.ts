import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Clock } from "../../support/clock.ts";
import { refuseCleartext } from "./cleartext.ts";
import type { KnownConnection } from "./http-servers.ts";
import { refuse } from "./http1-server.ts";
import type { CutReason } from "./observer.ts";
import { plainAddress, type TrustedProxies } from "./peer-address.ts";
import type { Peer } from "./peers.ts";
import { type SniffOptions, sniffProtocol } from "./sniff.ts";
import { createTlsTerminator, type PortTls } from "./tls-terminator.ts";

/** What {@link createArrivals} needs. */
export interface ArrivalsOptions {
  readonly clock: Clock;
  /** Milliseconds that a connection may take to show what it speaks, and again for its TLS handshake. */
  readonly silenceMs: number;
  readonly tls: PortTls | undefined;
  /** Whose connections begin with a PROXY header; nobody's if not given. */
  readonly headerFrom: TrustedProxies | undefined;
  readonly onCut: (reason: CutReason, error?: string) => void;
  /** Has every connection whose protocol was told. */
  readonly known: (connection: KnownConnection) => void;
}

/** New connections until it is known what they speak, and who is behind them. */
export interface Arrivals {
  take(socket: Socket): void;
  /** Closes all those of which it is not known yet, and takes no more. */
  close(): void;
}

/** See {@link Arrivals}. */
export function createArrivals(options: ArrivalsOptions): Arrivals {
  const { clock, silenceMs, tls, headerFrom, onCut, known } = options;
  const undecided = new Map<Socket, () => void>();
  const onSilent = (): void => onCut("silent");
  const terminator =
    tls &&
    createTlsTerminator({
      ...tls,
      clock,
      handshakeMs: silenceMs,
      onSilent,
      onFailed: (error) => onCut("tls_handshake", error),
    });
  const sniffing = { clock, silenceMs, onSilent };
  const sniff = (
    socket: Socket,
    proxied: SniffOptions["proxied"],
    decided: Parameters<typeof sniffProtocol>[2],
  ): void => {
    const abandon = sniffProtocol(socket, { ...sniffing, proxied }, (sniffed) => {
      undecided.delete(socket);
      decided(sniffed);
    });
    undecided.set(socket, abandon);
    socket.once("close", () => undecided.delete(socket));
  };

  const takeSecured = (raw: Socket, socket: TLSSocket, peer: Peer): void => {
    if (socket.alpnProtocol) {
      known({ version: socket.alpnProtocol === "h2" ? "http2" : "http1", socket, raw, peer });
      return;
    }
    sniff(socket, false, ({ protocol }) => {
      // Node's HTTP/2 server turns away whoever did not negotiate it; the preface says as much.
      if (protocol === "http2") socket.alpnProtocol = "h2";
      known({ version: protocol === "http2" ? "http2" : "http1", socket, raw, peer });
    });
  };
  const takeTls = (raw: Socket, address: string | undefined): void => {
    if (terminator === undefined) {
      onCut("tls");
      refuse(raw, "400 Bad Request", "this port does not speak TLS");
      return;
    }
    undecided.set(raw, () => raw.destroy());
    terminator.take(raw, ({ socket, certificateNames }) => {
      undecided.delete(raw);
      takeSecured(raw, socket, { address, encrypted: true, certificateNames });
    });
  };

  return {
    take(raw) {
      const { remoteAddress } = raw;
      const proxied = headerFrom?.trusts(plainAddress(remoteAddress ?? "")) ?? false;
      sniff(raw, proxied, (sniffed) => {
        const { protocol } = sniffed;
        if (protocol === "bad_proxy_header") {
          onCut("proxy_header");
          raw.destroy();
          return;
        }
        const address = sniffed.proxiedFor ?? remoteAddress;
        if (protocol === "tls") {
          takeTls(raw, address);
        } else if (terminator === undefined) {
          const peer = { address, encrypted: false, certificateNames: [] };
          known({ version: protocol, socket: raw, raw, peer });
        } else {
          onCut("cleartext");
          refuseCleartext(raw, protocol);
        }
      });
    },
    close() {
      for (const abandon of undecided.values()) abandon();
      terminator?.stop();
    },
  };
}

import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { Clock, Timer } from "../../support/clock.ts";
import { certificateNames } from "./certificate-names.ts";
import type { TlsFiles } from "./tls-files.ts";

/** What a port with TLS is given. */
export interface PortTls {
  readonly files: TlsFiles;
  /** Whether clients have to present a certificate; it counts only with an authority in `files`. */
  readonly clientCertificates: "required" | "optional";
}

/** What {@link createTlsTerminator} needs. */
export interface TlsTerminatorOptions extends PortTls {
  readonly clock: Clock;
  /** Milliseconds that a handshake may take. */
  readonly handshakeMs: number;
  readonly onSilent: () => void;
  readonly onFailed: (error: string) => void;
}

/** A connection whose handshake is done. */
export interface SecuredConnection {
  readonly socket: TLSSocket;
  readonly certificateNames: readonly string[];
}

/** Ends TLS on connections that something else accepted. */
export interface TlsTerminator {
  /** `secured` is called at most once; a connection that fails is closed. */
  take(socket: Socket, secured: (connection: SecuredConnection) => void): void;
  /** No certificate is looked for any more. */
  stop(): void;
}

interface Handshake {
  readonly limit: Timer;
  readonly secured: (connection: SecuredConnection) => void;
}

/** See {@link TlsTerminator}. TLS 1.2 is the oldest that is spoken. */
export function createTlsTerminator(options: TlsTerminatorOptions): TlsTerminator {
  const { files, clientCertificates, clock, handshakeMs, onSilent, onFailed } = options;
  const handshakes = new Map<string, Handshake>();
  const asksClients = files.material().ca !== undefined;
  const server = createServer({
    ...files.material(),
    minVersion: "TLSv1.2",
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: asksClients,
    rejectUnauthorized: asksClients && clientCertificates === "required",
    // Node's own limit must come after ours, which runs on the clock that was handed in.
    handshakeTimeout: 2 * handshakeMs,
  });
  const taken = (socket: Socket): Handshake | undefined => {
    const handshake = handshakes.get(connectionName(socket));
    handshakes.delete(connectionName(socket));
    handshake?.limit.cancel();
    return handshake;
  };
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined);
    const handshake = taken(socket);
    // Only where certificates are optional; a bad one is no reason to be let in as if there were none.
    if (asksClients && !socket.authorized && presentsCertificate(socket)) {
      onFailed(String(socket.authorizationError));
      socket.destroy();
      return;
    }
    handshake?.secured({
      socket,
      certificateNames: socket.authorized ? namesOf(socket) : [],
    });
  });
  server.on("tlsClientError", (error, socket) => {
    onFailed(String(socket.authorizationError ?? error.message));
    socket.destroy();
  });
  const stopWatching = files.watch((material) =>
    server.setSecureContext({ ...material, minVersion: "TLSv1.2" }),
  );
  return {
    take(socket, secured) {
      const name = connectionName(socket);
      const limit = clock.after(handshakeMs, () => {
        onSilent();
        socket.destroy();
      });
      const handshake = { limit, secured };
      handshakes.set(name, handshake);
      socket.once("close", () => {
        limit.cancel();
        if (handshakes.get(name) === handshake) handshakes.delete(name);
      });
      server.emit("connection", socket);
    },
    stop: stopWatching,
  };
}

/** The same for a socket and for the TLS socket on it: Node's events name only the latter. */
function connectionName({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function presentsCertificate(socket: TLSSocket): boolean {
  return socket.getPeerX509Certificate() !== undefined;
}

function namesOf(socket: TLSSocket): readonly string[] {
  return certificateNames(socket.getPeerX509Certificate()?.subjectAltName);
}

import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { expect } from "vitest";
import type { CutReason } from "../../src/transports/port/observer.ts";
import { createPort, type PortOptions } from "../../src/transports/port/port.ts";
import { TlsFiles, type TlsPaths } from "../../src/transports/port/tls-files.ts";
import { cleanUp, soon } from "../grpc/harness.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { createTlsPlace, type TlsPlace } from "../support/tls-place.ts";

/** A port that speaks TLS, with a clock that the test turns. */
export interface TlsPort {
  readonly place: TlsPlace;
  readonly clock: ManualClock;
  readonly cuts: CutReason[];
  /** Lines of the log, with their fields. */
  readonly log: string[];
  readonly port: number;
  connections(): number;
}

/** A secret that is removed after the test. */
export function tlsPlace(): TlsPlace {
  const place = createTlsPlace();
  cleanUp(() => place.remove());
  return place;
}

/** Opens a port that answers as `settings.request` says, and checks afterwards that nothing of it is left. */
export async function openTlsPort(
  settings: Partial<PortOptions> & {
    readonly paths?: (place: TlsPlace) => TlsPaths;
    readonly clientCertificates?: "required" | "optional";
  } = {},
): Promise<TlsPort> {
  const { paths, clientCertificates = "required", ...portSettings } = settings;
  const place = tlsPlace();
  const clock = new ManualClock();
  const cuts: CutReason[] = [];
  const log: string[] = [];
  let connections = 0;
  const note = (fields: object, message: string) => void log.push(`${message} ${JSON.stringify(fields)}`);
  const port = createPort({
    request: (request, response) => void response.end(`HTTP/${request.httpVersion}`),
    clock,
    log: { debug: note, warn: note },
    tls: {
      files: new TlsFiles(paths?.(place) ?? place.paths, clock, { info: note, warn: note }),
      clientCertificates,
    },
    observer: {
      connectionOpened: () => {
        connections += 1;
      },
      connectionClosed: () => {
        connections -= 1;
      },
      cut: (reason) => void cuts.push(reason),
    },
    ...portSettings,
  });
  const bound = await port.listen("127.0.0.1", 0);
  cleanUp(async () => {
    const closed = port.close(1_000);
    await soon(() => {
      clock.advance(1_000);
      expect(connections).toBe(0);
    });
    await closed;
    expect(clock.pending).toBe(0);
  });
  return { place, clock, cuts, log, port: bound.port, connections: () => connections };
}

/** A TLS connection that trusts the test's authority; resolves when the handshake is done, rejects if it fails. */
export function dialTls(
  { port, place }: Pick<TlsPort, "port" | "place">,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca: place.authority.cert, ...options }, () =>
      resolve(socket),
    );
    socket.on("error", reject);
    cleanUp(() => void socket.destroy());
  });
}

/** All that comes until the other side ends or breaks off; `error` if it broke off. */
export function drained(
  socket: TLSSocket,
): Promise<{ readonly text: string; readonly error: string | undefined }> {
  return new Promise((resolve) => {
    let text = "";
    let error: string | undefined;
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", ({ message }) => {
      error = message;
    });
    socket.once("close", () => resolve({ text, error }));
  });
}

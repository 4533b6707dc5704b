import { systemClock } from "../../src/support/clock.ts";
import { createGrpcTransport } from "../../src/transports/grpc/grpc-transport.ts";
import { createCors } from "../../src/transports/http/cors.ts";
import { sendNotFound } from "../../src/transports/http/problem.ts";
import { createPort } from "../../src/transports/port/port.ts";
import { DocumentBoard } from "./document-board.ts";

/** The transports of the real server over documents of the experimenter's own making. */
export interface DocumentServer {
  readonly board: DocumentBoard;
  readonly port: number;
  stop(): Promise<void>;
}

const STOP_MS = 1_000;

/** Listens on a free port of 127.0.0.1. */
export async function startDocumentServer(): Promise<DocumentServer> {
  const board = new DocumentBoard();
  const quiet = (): void => undefined;
  const log = { debug: quiet, warn: quiet };
  const clock = systemClock;
  const grpc = createGrpcTransport({
    board,
    health: { serving: () => true, onChange: () => quiet },
    observer: { streamOpened: quiet, streamEnded: quiet, sent: quiet, refused: quiet },
    log,
    clock,
  });
  const cors = createCors(["*"]);
  const port = createPort({
    directStream: grpc.directStream,
    request(request, response, origin) {
      if (cors(request, response) || grpc.request(request, response, origin)) return;
      sendNotFound(request, response);
    },
    clock,
    log,
  });
  const address = await port.listen("127.0.0.1", 0);
  return {
    board,
    port: address.port,
    async stop() {
      grpc.drain();
      board.endAll();
      grpc.end();
      await port.close(STOP_MS);
    },
  };
}

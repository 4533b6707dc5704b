/** A client of thousands of streams, one connection each, that only counts whole messages: next to no work per byte. */
import { connect, type Socket } from "node:net";
import { syncFlagsRequest } from "../clients/h2-bytes.ts";
import { grpcMessages, lengthPrefixed } from "../clients/message-counter.ts";
import { spreadOf } from "../measure.ts";
import { answerQuestions } from "./answer.ts";

const WHOLE_WINDOW = 2 ** 31 - 1;

interface OpenOptions {
  readonly port: number;
  readonly protocol: "grpc" | "tcp";
  readonly count: number;
  readonly key?: string;
  readonly gzip?: boolean;
  /** Connections that open a stream and then read nothing any more. */
  readonly deaf?: number;
  /** Connections begun at the same time; all if not given. */
  readonly atOnce?: number;
}

const sockets = new Set<Socket>();
let opened: OpenOptions | undefined;
let lost = 0;
let arrivalsMs: number[] = [];
let onArrival: (() => void) | undefined;

function arrived(): void {
  arrivalsMs.push(performance.timeOrigin + performance.now());
  onArrival?.();
}

function openOne(options: OpenOptions, deaf: boolean): void {
  const socket = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
  sockets.add(socket);
  socket.on("error", () => undefined);
  let isWaiting = !deaf;
  socket.on("close", () => {
    if (!sockets.delete(socket)) return;
    lost += 1;
    // A server with a short backlog loses some of a thousand that come at once; a client comes back.
    if (isWaiting) openOne(options, deaf);
  });
  if (options.protocol === "grpc") {
    socket.write(
      syncFlagsRequest({ key: options.key ?? "bench", window: WHOLE_WINDOW, gzip: options.gzip ?? false }),
    );
  }
  if (deaf) return;
  const onMessage = (): void => {
    isWaiting = false;
    arrived();
  };
  const counter =
    options.protocol === "grpc"
      ? grpcMessages((bytes) => void socket.write(bytes), onMessage)
      : lengthPrefixed(0, onMessage);
  socket.on("data", (chunk: Buffer) => counter.take(chunk));
}

function until(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (arrivalsMs.length < count) return;
      onArrival = undefined;
      resolve();
    };
    onArrival = look;
    look();
  });
}

async function open(options: OpenOptions): Promise<number> {
  opened = options;
  arrivalsMs = [];
  const began = performance.now();
  const atOnce = options.atOnce ?? options.count;
  for (let done = 0; done < options.count; done += atOnce) {
    const more = Math.min(atOnce, options.count - done);
    for (let index = 0; index < more; index++) openOne(options, false);
    await until(done + more);
  }
  const ms = performance.now() - began;
  for (let index = 0; index < (options.deaf ?? 0); index++) openOne(options, true);
  return ms;
}

answerQuestions({
  open,
  /** All connections are lost in one instant and come back in the next. */
  async storm() {
    if (opened === undefined) throw new Error("nothing is open");
    for (const socket of sockets) {
      sockets.delete(socket);
      socket.destroy();
    }
    return await open(opened);
  },
  expect() {
    arrivalsMs = [];
  },
  async arrived(beganMs: number) {
    await until(opened?.count ?? 0);
    return spreadOf(arrivalsMs.map((ms) => ms - beganMs));
  },
  state: () => ({ open: sockets.size, lost }),
  close() {
    for (const socket of sockets) {
      sockets.delete(socket);
      socket.destroy();
    }
  },
});

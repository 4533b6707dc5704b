/** A crowd of streams of which some end at any moment, in every way that streams end, and as many begin. */
import { connect, type Socket } from "node:net";
import { CANCEL_STREAM, syncFlagsRequest } from "../../bench/clients/h2-bytes.ts";
import { grpcMessages } from "../../bench/clients/message-counter.ts";
import { answerQuestions } from "../../bench/processes/answer.ts";

/** What the crowd looks like. */
export interface CrowdOptions {
  readonly port: number;
  readonly key: string;
  readonly streams: number;
  /** How long a stream lasts on average, ms. */
  readonly meanLifeMs: number;
}

/** What the crowd went through. */
export interface CrowdState {
  readonly open: number;
  readonly opened: number;
  readonly messages: number;
  /** Streams with a good key that the server ended. */
  readonly endedByServer: number;
  /** Calls with a key that nobody has, which the server ended as it ought to. */
  readonly refused: number;
}

const WHOLE_WINDOW = 2 ** 31 - 1;
const JOIN_AT_ONCE = 50;
/** One call in so many comes with a bad key. */
const BAD_KEY_EVERY = 20;

type Leave = (socket: Socket) => void;

const LEAVES: readonly Leave[] = [
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end(),
  (socket) => void socket.end(CANCEL_STREAM),
];

/** How much longer somebody stays who would leave while nobody may. */
const STAY_MS = 500;

const open = new Set<Socket>();
const leaving = new WeakSet<Socket>();
let options: CrowdOptions | undefined;
let holding = false;
const count = { opened: 0, messages: 0, endedByServer: 0, refused: 0 };

function dial(port: number, key: string): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  socket.write(syncFlagsRequest({ key, window: WHOLE_WINDOW }));
  const messages = grpcMessages(
    (bytes) => void (socket.writable && socket.write(bytes)),
    () => {
      count.messages += 1;
    },
  );
  socket.on("data", (chunk: Buffer) => messages.take(chunk));
  return socket;
}

function callWithBadKey(port: number): void {
  const socket = dial(port, "ser.nobody-has-this-key");
  setTimeout(() => {
    count.refused += 1;
    socket.destroy();
  }, 1_000);
}

function join({ port, key, meanLifeMs }: CrowdOptions): void {
  const socket = dial(port, key);
  open.add(socket);
  count.opened += 1;
  if (count.opened % BAD_KEY_EVERY === 0) callWithBadKey(port);
  let life: NodeJS.Timeout;
  const leaveAfter = (delayMs: number): void => {
    life = setTimeout(() => {
      if (holding) return leaveAfter(STAY_MS * (1 + Math.random()));
      leaving.add(socket);
      LEAVES[Math.floor(Math.random() * LEAVES.length)]?.(socket);
    }, delayMs);
  };
  leaveAfter(-Math.log(1 - Math.random()) * meanLifeMs);
  socket.on("close", () => {
    clearTimeout(life);
    open.delete(socket);
    if (options === undefined) return;
    if (!leaving.has(socket)) count.endedByServer += 1;
    join(options);
  });
}

answerQuestions({
  async start(given: CrowdOptions) {
    options = given;
    for (let begun = 0; begun < given.streams; begun++) {
      join(given);
      if (begun % JOIN_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  state: (): CrowdState => ({ open: open.size, ...count }),
  /** While it holds nobody leaves, so that the crowd becomes as large as it ought to be. */
  hold(on: boolean) {
    holding = on;
  },
  leave() {
    options = undefined;
    for (const socket of open) socket.destroy();
  },
});

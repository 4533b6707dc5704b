import type { Http2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { halfOpenError } from "../../support/half-open.ts";
import type { CutReason } from "./observer.ts";
import type { Rounds, Watched } from "./rounds.ts";

/** When clients are asked whether they live. */
export interface PingPolicy {
  /** Milliseconds between two pings of a connection with open streams. */
  readonly intervalMs: number;
  /** Milliseconds that a client may be silent after a ping. */
  readonly timeoutMs: number;
  /** 0 to 1: connections that opened in one instant must not be pinged in one instant ever after. */
  readonly random: () => number;
}

/** What a watched connection needs. */
export interface Http2ConnectionOptions {
  readonly rounds: Rounds;
  /** Milliseconds that the client's preface may take. */
  readonly silenceMs: number;
  /** Milliseconds that a connection may be open without a stream; a head that never ends is none. */
  readonly idleMs: number;
  /** Milliseconds that a closed connection may take to be gone. */
  readonly closingMs: number;
  /** None: clients are not pinged. */
  readonly pings: PingPolicy | undefined;
  readonly onCut: (reason: CutReason) => void;
}

const IGNORE_ANSWER = (): void => undefined;

/**
 * The time limits of one HTTP/2 connection. Any byte counts as a sign of life, not only the answer to a ping: on a slow
 * link a ping waits behind the data that was sent before it.
 */
export class Http2Connection implements Watched {
  readonly #options: Http2ConnectionOptions;
  readonly #session: Http2Session;
  readonly #socket: Socket;
  readonly #openedMs: number;
  #greeted = false;
  #streams = 0;
  #idleSinceMs: number;
  #nextPingMs: number;
  #pingedMs: number | undefined;
  #bytesWhenPinged = 0;
  #closingSinceMs: number | undefined;

  constructor(options: Http2ConnectionOptions, session: Http2Session, socket: Socket) {
    const nowMs = options.rounds.nowMs();
    const { pings } = options;
    this.#options = options;
    this.#session = session;
    this.#socket = socket;
    this.#openedMs = nowMs;
    this.#idleSinceMs = nowMs;
    this.#nextPingMs =
      pings === undefined ? Number.POSITIVE_INFINITY : nowMs + pings.intervalMs * pings.random();
    session.once("remoteSettings", () => {
      this.#greeted = true;
    });
    session.on("stream", this.#opened);
    options.rounds.add(this);
    socket.once("close", () => options.rounds.remove(this));
  }

  /** GOAWAY: what is open goes on, nothing new is begun. A connection without streams ends at once. */
  close(): void {
    this.#closingSinceMs ??= this.#options.rounds.nowMs();
    if (!this.#session.closed) this.#session.close();
  }

  /** See {@link Watched.look}. */
  look(nowMs: number): void {
    const { silenceMs, idleMs, closingMs } = this.#options;
    if (this.#streams > 0) {
      this.#ping(nowMs);
    } else if (this.#closingSinceMs !== undefined || this.#session.destroyed) {
      this.#closingSinceMs ??= nowMs;
      if (nowMs - Math.max(this.#closingSinceMs, this.#idleSinceMs) >= closingMs) this.#socket.destroy();
    } else if (!this.#greeted && nowMs - this.#openedMs >= silenceMs) {
      this.#cut("silent");
    } else if (nowMs - this.#idleSinceMs >= idleMs) {
      this.#options.onCut("idle");
      this.close();
    }
  }

  readonly #opened = (stream: ServerHttp2Stream): void => {
    this.#streams += 1;
    stream.on("close", this.#ended);
  };

  readonly #ended = (): void => {
    this.#streams -= 1;
    if (this.#streams > 0) return;
    this.#idleSinceMs = this.#options.rounds.nowMs();
    this.#pingedMs = undefined;
  };

  #ping(nowMs: number): void {
    const { pings } = this.#options;
    if (pings === undefined) return;
    if (this.#pingedMs !== undefined) {
      if (this.#socket.bytesRead !== this.#bytesWhenPinged) {
        this.#nextPingMs = this.#pingedMs + pings.intervalMs;
        this.#pingedMs = undefined;
      } else if (nowMs - this.#pingedMs >= pings.timeoutMs) {
        this.#cut("half_open", halfOpenError(pings.timeoutMs));
        return;
      }
    }
    if (this.#pingedMs !== undefined || nowMs < this.#nextPingMs || this.#session.destroyed) return;
    this.#pingedMs = nowMs;
    this.#bytesWhenPinged = this.#socket.bytesRead;
    this.#session.ping(IGNORE_ANSWER);
  }

  #cut(reason: CutReason, error?: Error): void {
    this.#options.onCut(reason);
    this.#options.rounds.remove(this);
    this.#session.destroy(error);
    this.#socket.destroy();
  }
}

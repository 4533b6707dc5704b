import { constants as http2, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { SyncFlagsRequest } from "../../gen/flagd/sync/v1/sync_pb.ts";
import type { AccessDecision, RequestOrigin, StreamEnd } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { isHalfOpen } from "../../support/half-open.ts";
import type { Follower, SyncBoard } from "./board.ts";
import {
  acceptsGzip,
  type HeaderReader,
  nodeHeaderReader,
  parseGrpcTimeout,
  readCredentials,
} from "./call-metadata.ts";
import {
  deadlineError,
  drainingError,
  maxAgeError,
  refusalError,
  slowReaderError,
  streamEndError,
} from "./failures.ts";
import {
  environmentOf,
  type FollowerRecord,
  type FollowerRecords,
  nameOfProvider,
  shortName,
} from "./followers.ts";
import type { Pending } from "./latest-slot.ts";
import { afterMaxAge, type MaxAge } from "./max-age.ts";
import type { GrpcLog, StreamEndReason, SyncObserver } from "./observer.ts";
import type { OpenWrites, Writer } from "./open-writes.ts";
import { type Pace, paceFor } from "./pace.ts";
import { NOTHING_PENDING, pendingFor } from "./pending-revisions.ts";
import { decodeRequest, readRequestMessage } from "./request-message.ts";
import { resetStream } from "./reset-stream.ts";
import { trailersOf } from "./trailers.ts";

/** Milliseconds that a client has to send its request, and later to take the end of its stream, before it is reset. */
const PATIENCE_MS = 10_000;

const NO_HEADERS: HeaderReader = () => undefined;

/** What the fast path of SyncFlags needs. */
export interface SyncStreamOptions {
  readonly board: SyncBoard;
  readonly observer: SyncObserver;
  readonly followers: FollowerRecords | undefined;
  readonly log: GrpcLog;
  readonly clock: Clock;
  /** Documents of at least so many bytes go gzipped to clients that accept it. */
  readonly gzipMinBytes: number;
  /** Shared by all streams: ends those whose client does not take its message within `slowReaderMs`. */
  readonly openWrites: OpenWrites;
  readonly slowReaderMs: number;
  readonly maxAge: MaxAge | undefined;
  /** The process goes down: calls that come now are turned away. */
  readonly draining: () => boolean;
}

/**
 * One SyncFlags call over gRPC, straight on its HTTP/2 stream: it shares its frames with all other streams, holds at most
 * one revision of each flag set that the client has not taken yet, and never ends with OK (design decisions 1 and 2).
 */
export class SyncStream implements Follower, Writer {
  readonly #options: SyncStreamOptions;
  readonly #stream: ServerHttp2Stream;
  /** Let go of as soon as the call is let in: an idle stream holds nothing that it does not need. */
  #header: HeaderReader;
  #origin: RequestOrigin | undefined;
  #pending: Pending<Revision> = NOTHING_PENDING;
  #zips = false;
  #writing = false;
  #openedMs: number | undefined;
  #record: FollowerRecord | undefined;
  #pace: Pace | undefined;
  #failure: ConnectError | undefined;
  #unfollow: (() => void) | undefined;
  #deadline: Timer | undefined;
  #patience: Timer | undefined;
  #age: Timer | undefined;

  constructor(
    options: SyncStreamOptions,
    stream: ServerHttp2Stream,
    {
      headers,
      origin,
    }: { readonly headers: IncomingHttpHeaders; readonly origin: RequestOrigin | undefined },
  ) {
    this.#options = options;
    this.#origin = origin;
    this.#stream = stream;
    this.#header = nodeHeaderReader(headers);
    stream.on("error", (error) => {
      options.log.debug({ error: messageOf(error) }, "SyncFlags stream failed");
      if (isHalfOpen(error)) this.#release("half_open");
    });
    stream.once("close", () => {
      this.#release("client");
      this.#patience?.cancel();
    });
  }

  /** Reads the request, and answers it until one side has enough. */
  async serve(): Promise<void> {
    try {
      this.#armDeadline();
      if (this.#options.draining()) throw drainingError();
      const encoding = this.#requestEncoding();
      this.#resetUnlessPatient();
      const request = decodeRequest(await readRequestMessage(this.#stream, encoding));
      this.#patience?.cancel();
      if (this.#over()) return;
      const decision = this.#options.board.authorize(readCredentials(this.#header, request, this.#origin));
      if (!(decision instanceof Promise)) this.#accept(decision, request);
      else await this.#acceptLater(decision, request);
    } catch (thrown) {
      this.#fail(thrown instanceof ConnectError ? thrown : this.#bug(thrown), "refused");
    }
  }

  /** See {@link Follower.offer}. */
  offer(revision: Revision): void {
    this.#pending.put(revision);
    this.#resume();
  }

  /** See {@link Writer.tooSlow}. */
  tooSlow(): void {
    this.#fail(slowReaderError(this.#options.slowReaderMs), "slow");
  }

  /** See {@link Follower.end}. */
  end(end: StreamEnd): void {
    this.#fail(streamEndError(end), end.kind);
  }

  async #acceptLater(decision: Promise<AccessDecision>, request: SyncFlagsRequest): Promise<void> {
    const decided = await decision;
    if (!this.#over()) this.#accept(decided, request);
  }

  #accept(decision: AccessDecision, { providerId }: SyncFlagsRequest): void {
    const { board, observer, log, clock } = this.#options;
    if (!decision.granted) {
      observer.refused(decision.reason);
      throw refusalError(decision);
    }
    const userAgent = shortName(this.#header("user-agent"));
    this.#zips = acceptsGzip(this.#header("grpc-accept-encoding"));
    this.#pace = paceFor(userAgent, clock);
    this.#header = NO_HEADERS;
    this.#stream.once("wantTrailers", () => {
      if (this.#failure) this.#stream.sendTrailers(trailersOf(this.#failure));
    });
    this.#stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc",
        "grpc-accept-encoding": "identity,gzip",
        ...(this.#zips ? { "grpc-encoding": "gzip" } : {}),
      },
      { waitForTrailers: true },
    );
    this.#openedMs = clock.monotonicMs();
    this.#age = afterMaxAge(clock, this.#options.maxAge, () => this.#fail(maxAgeError(), "max_age"));
    observer.streamOpened();
    this.#record = this.#options.followers?.opened({
      environmentId: environmentOf(decision),
      lastFour: decision.lastFour,
      peer: this.#origin?.address ?? "",
      userAgent,
      providerId: nameOfProvider(providerId, decision),
      transport: "grpc",
    });
    this.#origin = undefined;
    const { granted: _, keyHash: __, lastFour: key, ...what } = decision;
    log.debug({ ...what, key }, "SyncFlags stream opened");
    this.#pending = pendingFor(decision);
    const unfollow = board.follow(decision, this);
    if (this.#over()) unfollow();
    else this.#unfollow = unfollow;
  }

  #write(): void {
    if (this.#pace?.holds(() => this.#resume())) return;
    const taken = this.#pending.take();
    if (taken === undefined) return;
    const { value: revision, coalesced } = taken;
    const { document } = revision;
    const { openWrites, gzipMinBytes, observer } = this.#options;
    const frame = this.#zips && document.size >= gzipMinBytes ? document.zippedFrame() : document.frame();
    this.#writing = true;
    this.#record?.writing(revision);
    openWrites.began(this);
    this.#stream.write(frame, this.#written);
    this.#pace?.sent(document.size);
    observer.sent(frame.length, { coalesced });
  }

  readonly #written = (): void => {
    this.#writing = false;
    this.#record?.written();
    this.#options.openWrites.taken(this);
    this.#resume();
  };

  #resume(): void {
    if (!this.#writing && !this.#over()) this.#write();
  }

  /** Ends the call with an error: in trailers if headers went out already, else as the whole answer. */
  #fail(error: ConnectError, reason: StreamEndReason): void {
    if (this.#over()) return;
    this.#failure = error;
    if (this.#openedMs === undefined) {
      this.#stream.respond(
        {
          ":status": 200,
          "content-type": "application/grpc",
          "grpc-accept-encoding": "identity,gzip",
          ...trailersOf(error),
        },
        { endStream: true },
      );
      this.#stream.resume();
    } else {
      if (reason === "draining" || reason === "max_age") this.#write();
      this.#stream.end();
    }
    this.#release(reason);
    this.#resetUnlessPatient(reason);
  }

  /** Lets go of everything but the stream itself; only the first call counts. */
  #release(reason: StreamEndReason): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#age?.cancel();
    this.#age = undefined;
    this.#pace?.stop();
    this.#options.openWrites.gone(this);
    this.#pending.take();
    const unfollow = this.#unfollow;
    this.#unfollow = undefined;
    unfollow?.();
    if (this.#openedMs === undefined) return;
    const durationMs = this.#options.clock.monotonicMs() - this.#openedMs;
    this.#openedMs = undefined;
    this.#record?.gone(reason);
    this.#record = undefined;
    this.#options.observer.streamEnded(reason, durationMs);
  }

  #over(): boolean {
    return this.#failure !== undefined || this.#stream.closed || this.#stream.destroyed;
  }

  #bug(thrown: unknown): ConnectError {
    this.#options.log.warn({ error: messageOf(thrown) }, "SyncFlags failed by a fault of ours");
    return new ConnectError("internal error", Code.Internal);
  }

  #armDeadline(): void {
    const timeout = this.#header("grpc-timeout");
    if (timeout === undefined) return;
    const timeoutMs = parseGrpcTimeout(timeout);
    if (timeoutMs === "malformed") {
      throw new ConnectError("grpc-timeout is malformed", Code.InvalidArgument);
    }
    this.#deadline = this.#options.clock.after(timeoutMs, () => this.#fail(deadlineError(), "deadline"));
  }

  #requestEncoding(): string {
    const encoding = this.#header("grpc-encoding") ?? "identity";
    if (encoding !== "identity" && encoding !== "gzip") {
      throw new ConnectError("the request's grpc-encoding is neither identity nor gzip", Code.Unimplemented);
    }
    return encoding;
  }

  #resetUnlessPatient(reason?: StreamEndReason): void {
    const { clock } = this.#options;
    this.#patience?.cancel();
    this.#patience = clock.after(PATIENCE_MS, () => {
      if (reason === "slow") resetStream(this.#stream, clock, PATIENCE_MS);
      else this.#stream.close(http2.NGHTTP2_CANCEL);
    });
  }
}

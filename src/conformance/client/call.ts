import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import type { Clock } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { FrameReader, type ReceivedMessage } from "./frames.ts";
import { type CallEnd, statusIn } from "./status.ts";
import { Happenings } from "./wait.ts";

/** One gRPC call on its HTTP/2 stream, with all that came back and when. It sets no deadline of its own. */
export class Call {
  readonly messages: ReceivedMessage[] = [];
  #headers: IncomingHttpHeaders | undefined;
  #end: CallEnd | undefined;
  #cancelled = false;
  readonly #stream: ClientHttp2Stream;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #happenings = new Happenings();

  constructor(stream: ClientHttp2Stream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    const reader = new FrameReader();
    let status: CallEnd | undefined;
    let failure: string | undefined;
    stream.on("response", (headers) => {
      this.#headers = headers;
      status = statusIn(headers);
      this.#happenings.tell();
    });
    stream.on("trailers", (trailers) => {
      status = statusIn(trailers);
    });
    stream.on("data", (chunk: Buffer) => {
      try {
        const encoding = this.#headers?.["grpc-encoding"];
        for (const message of reader.push(chunk, typeof encoding === "string" ? encoding : undefined)) {
          this.messages.push({ ...message, afterMs: clock.monotonicMs() - this.#startMs });
        }
      } catch (thrown) {
        failure ??= messageOf(thrown);
        stream.close(constants.NGHTTP2_CANCEL);
      }
      this.#happenings.tell();
    });
    stream.on("error", (error) => {
      failure ??= messageOf(error);
    });
    stream.on("close", () => {
      this.#end ??= status ?? this.#endWithoutStatus(failure, stream.rstCode);
      this.#happenings.tell();
    });
  }

  /** The headers of the answer, once they came. */
  get headers(): IncomingHttpHeaders | undefined {
    return this.#headers;
  }

  /** How the server ended the call; `undefined` while it is open, and if it was us. */
  get end(): CallEnd | undefined {
    return this.#cancelled ? undefined : this.#end;
  }

  /** Resolves with what `look` finds within the time, else with `undefined`. */
  until<Found>(look: () => Found | undefined, withinMs: number): Promise<Found | undefined> {
    return this.#happenings.until(look, { clock: this.#clock, withinMs });
  }

  /** The end within the time. */
  ended(withinMs: number): Promise<CallEnd | undefined> {
    return this.until(() => this.end, withinMs);
  }

  /** The message of this number, or the end if that comes first; `undefined`: neither came within the time. */
  async message(index: number, withinMs: number): Promise<ReceivedMessage | CallEnd | undefined> {
    return this.until<ReceivedMessage | CallEnd>(() => this.messages[index] ?? this.end, withinMs);
  }

  /** Lets go of the call; what happens to it afterwards is our doing. */
  cancel(): void {
    if (this.#end !== undefined) return;
    this.#cancelled = true;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #endWithoutStatus(failure: string | undefined, rstCode: number): CallEnd {
    const http = this.#headers?.[":status"];
    // What a server of plain HTTP says of a path that it does not have (grpc: doc/http-grpc-status-mapping.md).
    if (Number(http) === 404) return { kind: "status", status: "UNIMPLEMENTED", message: "HTTP 404" };
    if (failure !== undefined) return { kind: "broken", reason: failure };
    if (rstCode !== constants.NGHTTP2_NO_ERROR) {
      return { kind: "broken", reason: `the stream was reset with code ${rstCode}` };
    }
    const reason =
      http === undefined ? "the connection was closed" : `HTTP status ${http} without grpc-status`;
    return { kind: "broken", reason };
  }
}

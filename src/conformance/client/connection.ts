import { type ClientHttp2Session, connect } from "node:http2";
import type { Clock } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { Call } from "./call.ts";
import { frameOf } from "./frames.ts";
import { authorityOf, type Target, tlsOptionsOf } from "./target.ts";
import { Happenings } from "./wait.ts";

/** What a call sends. */
export interface CallWish {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The request; `undefined`: none is sent. */
  readonly message: Uint8Array | undefined;
  readonly gzip?: boolean;
}

/** An HTTP/2 connection that keeps what the server said of it. Raw, because gRPC clients hide pings, GOAWAY and frames. */
export class Connection {
  /** Error codes of the GOAWAY frames that came. */
  readonly goaways: number[] = [];
  #closed: string | undefined;
  readonly #session: ClientHttp2Session;
  readonly #clock: Clock;
  readonly #authority: string;
  readonly #happenings: Happenings;

  private constructor(session: ClientHttp2Session, clock: Clock, authority: string) {
    this.#session = session;
    this.#clock = clock;
    this.#authority = authority;
    this.#happenings = new Happenings();
    let failure: string | undefined;
    session.on("error", (error) => {
      failure ??= messageOf(error);
    });
    session.on("goaway", (code) => {
      this.goaways.push(code);
      this.#happenings.tell();
    });
    session.on("close", () => {
      this.#closed = failure ?? "the server closed it";
      this.#happenings.tell();
    });
  }

  /** Resolves with a connection, or with the reason why there is none within the time. */
  static async open(
    target: Target,
    { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
  ): Promise<Connection | string> {
    const authority = authorityOf(target);
    const scheme = target.tls === undefined ? "http" : "https";
    const session = connect(`${scheme}://${authority}`, tlsOptionsOf(target));
    const connection = new Connection(session, clock, authority);
    let settled = false;
    session.on("remoteSettings", () => {
      settled = true;
      connection.#happenings.tell();
    });
    const found = await connection.#happenings.until(() => (settled ? connection : connection.#closed), {
      clock,
      withinMs,
    });
    if (found === connection) return connection;
    session.destroy();
    return typeof found === "string" ? found : `no HTTP/2 within ${withinMs} ms`;
  }

  /** Why it is no longer open; `undefined`: it is open. */
  get closed(): string | undefined {
    return this.#closed;
  }

  /** Calls a method. */
  call({ path, metadata, message, gzip = false }: CallWish): Call {
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      ":authority": this.#authority,
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "flagsmith-flagd-conformance",
      ...(gzip ? { "grpc-encoding": "gzip" } : {}),
      ...metadata,
    });
    const call = new Call(stream, this.#clock);
    if (message === undefined) stream.end();
    else stream.end(frameOf(message, { gzip }));
    return call;
  }

  /** Whether a ping was acknowledged within the time. Whatever the server sent before has then arrived. */
  async ping(withinMs: number): Promise<boolean> {
    let acknowledged = false;
    const sent =
      this.#closed === undefined &&
      this.#session.ping((error) => {
        acknowledged = error === null;
        this.#happenings.tell();
      });
    if (!sent) return false;
    return (
      (await this.until(() => acknowledged || (this.#closed !== undefined ? false : undefined), withinMs)) ??
      false
    );
  }

  /** Resolves with what `look` finds within the time, else with `undefined`. */
  until<Found>(look: () => Found | undefined, withinMs: number): Promise<Found | undefined> {
    return this.#happenings.until(look, { clock: this.#clock, withinMs });
  }

  /** Closes it at once. */
  destroy(): void {
    this.#session.destroy();
  }
}

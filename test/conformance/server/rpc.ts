import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { gunzipSync } from "node:zlib";
import { frameOf } from "../../../src/conformance/client/frames.ts";

/** The codes that the server uses (grpc: doc/statuscodes.md). */
export const CODE = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Names of {@link CODE}. */
export type CodeName = keyof typeof CODE;

const MOST_REQUEST_BYTES = 4 * 1024 * 1024;

/** One gRPC call as the server sees it. */
export class Rpc {
  readonly headers: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
  #status: CodeName = "OK";
  #message = "";
  #responded = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
    stream.on("error", () => undefined);
    stream.once("wantTrailers", () => stream.sendTrailers(this.#trailers()));
  }

  get method(): string {
    return String(this.headers[":path"]).split("/").at(-1) ?? "";
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === "string" ? value : undefined;
  }

  get over(): boolean {
    return this.stream.closed || this.stream.destroyed || this.stream.writableEnded;
  }

  /** Begins the answer. */
  respond(more: Readonly<Record<string, string>> = {}): void {
    this.#responded = true;
    this.stream.respond(
      { ":status": 200, "content-type": "application/grpc", "grpc-accept-encoding": "gzip", ...more },
      { waitForTrailers: true },
    );
  }

  /** Sends a message, beginning the answer if need be. */
  send(message: Uint8Array, gzip = false): void {
    if (this.over) return;
    if (!this.#responded) this.respond();
    this.stream.write(frameOf(message, { gzip }));
  }

  /** Ends the call with a status. */
  end(status: CodeName, message = ""): void {
    if (this.over) return;
    [this.#status, this.#message] = [status, message];
    if (this.#responded) {
      this.stream.end();
      return;
    }
    this.stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc",
        "grpc-accept-encoding": "gzip",
        ...this.#trailers(),
      },
      { endStream: true },
    );
  }

  /** The request's message, or the status that it deserves. */
  async request(broken: {
    readonly large: CodeName;
    readonly gzip: boolean;
    readonly coding: CodeName;
  }): Promise<Buffer | CodeName> {
    const frame = await this.#body();
    if (frame === undefined) return broken.large;
    const coding = this.header("grpc-encoding") ?? "identity";
    if (coding !== "gzip" && coding !== "identity") return broken.coding;
    const body = frame.subarray(5);
    if (frame[0] !== 1) return body;
    return broken.gzip ? "INTERNAL" : gunzipSync(body);
  }

  /** What came up to its end; `undefined`: too much, and the rest is let flow by. */
  #body(): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      this.stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_REQUEST_BYTES) resolve(undefined);
        else chunks.push(chunk);
      });
      this.stream.once("end", () => resolve(Buffer.concat(chunks)));
    });
  }

  #trailers(): Record<string, string> {
    return { "grpc-status": String(CODE[this.#status]), "grpc-message": encodeURIComponent(this.#message) };
  }
}

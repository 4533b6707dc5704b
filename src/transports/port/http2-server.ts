import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";

/**
 * Megabytes of queued data that Node lets one session have before it answers new streams with ENHANCE_YOUR_CALM; its
 * default of 10 is spent by two streams of a 5 MiB document (facts/flagd.md, section 2). Frames are shared by all
 * streams, so the sum that Node counts is not memory in use.
 */
const MAX_SESSION_MEMORY_MB = 65_536;

/** Streams that one connection may have open: proxies put those of many clients on one connection. */
const MAX_CONCURRENT_STREAMS = 10_000;

/**
 * Bytes that the head of a request may have, reckoned as RFC 9113, section 6.5.2, says; Node allows as many over HTTP/1. A few
 * bytes can repeat a long header a hundred times (RFC 7541, section 7.3), and Node counts up to 16 MB.
 */
const MAX_HEAD_BYTES = 16 * 1024;

/** What each header costs beyond its text (RFC 9113, section 6.5.2). */
const HEADER_OVERHEAD_BYTES = 32;

/** Who answers what on HTTP/2. */
export interface Http2Handlers {
  /** Has the first refusal of every stream: `true` means that it took it. Costs no request and response objects. */
  readonly directStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  /** Answers all else. */
  readonly request: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  /** A request was refused because of its head's size. */
  readonly onTooLarge: () => void;
}

/**
 * An HTTP/2 server for connections that something else accepted. What `directStream` leaves goes to a second server that
 * never listens and only makes Node's compat request and response of a stream. Pings of any cadence are answered: Node
 * enforces no minimum (facts/field.md, section 0, finding 8).
 */
export function createHttp2Server(handlers: Http2Handlers): Http2Server {
  const compat = createServer(handlers.request);
  const server = createServer({
    maxSessionMemory: MAX_SESSION_MEMORY_MB,
    settings: {
      maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
      maxHeaderListSize: MAX_HEAD_BYTES,
      enablePush: false,
    },
  });
  server.on("stream", (stream, headers, flags, rawHeaders?: unknown) => {
    // Node itself keeps to the limit only once the client has agreed to it.
    if (headBytes(headers) > MAX_HEAD_BYTES) {
      handlers.onTooLarge();
      refuseHead(stream);
      return;
    }
    if (!handlers.directStream(stream, headers)) compat.emit("stream", stream, headers, flags, rawHeaders);
  });
  return server;
}

/** Only lengths are looked at: a header that was repeated is one long text only when somebody reads it. */
function headBytes(headers: IncomingHttpHeaders): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? value : [value ?? ""];
    for (const one of values) bytes += name.length + one.length + HEADER_OVERHEAD_BYTES;
  }
  return bytes;
}

function refuseHead(stream: ServerHttp2Stream): void {
  stream.on("error", () => undefined);
  stream.respond({ ":status": 431 }, { endStream: true });
  stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

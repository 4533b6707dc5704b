/** The least that can push on node:http2: one shared gRPC frame, written to every stream, and nothing else of a server. */
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { keepDocument } from "../../src/publish/kept-document.ts";
import { answerQuestions } from "./answer.ts";

const streams = new Set<ServerHttp2Stream>();
let frames: readonly Buffer[] = [];
let pushes = 0;

const current = (): Buffer => frames[pushes % frames.length] ?? Buffer.alloc(0);

answerQuestions({
  async start(options: { readonly documents: readonly string[] }) {
    frames = options.documents.map((text) => Buffer.from(keepDocument(text).frame()));
    const server = createServer();
    server.on("stream", (stream) => {
      streams.add(stream);
      stream.on("error", () => streams.delete(stream));
      stream.on("close", () => streams.delete(stream));
      stream.resume();
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.write(current());
    });
    await new Promise<void>((resolve) => {
      server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve);
    });
    const { port } = server.address() as AddressInfo;
    return { port };
  },
  push() {
    pushes += 1;
    for (const stream of streams) stream.write(current());
  },
});

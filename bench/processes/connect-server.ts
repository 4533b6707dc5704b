/** The obvious server on @connectrpc/connect-node: an async generator per stream that yields each new document. */
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { FlagSyncService } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { answerQuestions } from "./answer.ts";

let documents: readonly string[] = [];
let pushes = 0;
let wake: (() => void) | undefined;
let pushed = new Promise<void>(rearm);

function rearm(resolve: () => void): void {
  wake = resolve;
}

const current = (): string => documents[pushes % documents.length] ?? "";

answerQuestions({
  async start(options: { readonly documents: readonly string[] }) {
    documents = options.documents;
    const server = createServer(
      connectNodeAdapter({
        routes: (router) => {
          router.service(FlagSyncService, {
            async *syncFlags() {
              for (;;) {
                const next = pushed;
                yield { flagConfiguration: current() };
                await next;
              }
            },
          });
        },
      }),
    );
    await new Promise<void>((resolve) => {
      server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve);
    });
    return { port: (server.address() as AddressInfo).port };
  },
  push() {
    pushes += 1;
    const woken = wake;
    pushed = new Promise(rearm);
    woken?.();
  },
});

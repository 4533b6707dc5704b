/** Our push path alone: board, SyncFlags and port as the app wires them, without a database; documents come by message. */
import type { Revision } from "../../src/model/revision.ts";
import { Board } from "../../src/publish/board.ts";
import { keepDocument } from "../../src/publish/kept-document.ts";
import { systemClock } from "../../src/support/clock.ts";
import { sha256Hex } from "../../src/support/secrets.ts";
import { createGrpcTransport } from "../../src/transports/grpc/grpc-transport.ts";
import { createPort } from "../../src/transports/port/port.ts";
import { answerQuestions } from "./answer.ts";

const silent = (): void => undefined;
const log = { debug: silent, warn: console.error };
const board = new Board();
const ended = new Map<string, number>();
let documents: readonly string[] = [];
let pushes = 0;

function revisionOf(text: string): Revision {
  const document = keepDocument(text);
  return {
    environmentId: 1,
    projectId: 1,
    flagSetId: "bench/bench",
    hash: sha256Hex(text),
    version: new Date().toISOString(),
    versionMs: Date.now(),
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
}

function push(): void {
  pushes += 1;
  board.publish(revisionOf(documents[pushes % documents.length] ?? ""));
}

answerQuestions({
  async start(options: {
    readonly documents: readonly string[];
    readonly slowReaderMs?: number;
    readonly gzipMinBytes?: number;
  }) {
    const { documents: given, ...rest } = options;
    documents = given;
    push();
    const grpc = createGrpcTransport({
      board: {
        authorize: () => ({ granted: true, environmentId: 1, keyHash: "bench", lastFour: "ench" }),
        current: (environmentId) => board.current(environmentId),
        follow: (grant, follower) => board.follow(grant, follower),
      },
      health: { serving: () => true, onChange: () => silent },
      observer: {
        streamOpened: silent,
        streamEnded: (reason) => void ended.set(reason, (ended.get(reason) ?? 0) + 1),
        sent: silent,
        refused: silent,
      },
      log,
      clock: systemClock,
      ...rest,
    });
    const port = createPort({
      clock: systemClock,
      log,
      directStream: grpc.directStream,
      request: (_, response) => void response.destroy(),
    });
    return { port: (await port.listen("127.0.0.1", 0)).port };
  },
  push,
  followers: () => board.followerCount(),
  ended: () => Object.fromEntries(ended),
});

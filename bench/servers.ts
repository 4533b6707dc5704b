import type { Place } from "./database/place.ts";
import { type Child, startChild } from "./processes/child.ts";

/** A server under measurement. */
export interface Contestant {
  readonly name: string;
  readonly protocol: "grpc" | "tcp";
  readonly process: Child;
  readonly port: number;
  readonly managementPort?: number;
  readonly key: string;
  /** Makes the change that every stream then hears of. */
  change(): Promise<void>;
  stop(): Promise<void>;
}

/** Servers that are given their documents. */
export type GivenDocuments =
  | "push-server"
  | "http2-server"
  | "grpc-js-server"
  | "connect-server"
  | "tcp-server";

/** What each is called in tables. */
const NAMES: Readonly<Record<GivenDocuments, string>> = {
  "tcp-server": "plain TCP (the limit)",
  "push-server": "flagsmith-flagd, push path alone",
  "http2-server": "bare node:http2",
  "grpc-js-server": "@grpc/grpc-js",
  "connect-server": "@connectrpc/connect-node",
};

/** Starts a server that is given two documents, between which each change switches. */
export async function startGiven(
  kind: GivenDocuments,
  documents: readonly string[],
  options: { readonly slowReaderMs?: number; readonly gzipMinBytes?: number } = {},
): Promise<Contestant> {
  const process = startChild(kind);
  const { port } = await process.ask<{ port: number }>("start", { documents, ...options });
  return {
    name: NAMES[kind],
    protocol: kind === "tcp-server" ? "tcp" : "grpc",
    process,
    port,
    key: "bench",
    change: () => process.ask("push"),
    stop: () => process.stop(),
  };
}

/** Starts the real server on a database. */
export async function startOurs(
  place: Place,
  env: Readonly<Record<string, string>> = {},
): Promise<Contestant> {
  const process = startChild("our-server");
  const { port, managementPort } = await process.ask<{ port: number; managementPort: number }>("start", {
    DATABASE_URL: place.url,
    ...env,
  });
  return {
    name: "flagsmith-flagd, from the commit on",
    protocol: "grpc",
    process,
    port,
    managementPort,
    key: place.keyOf(1),
    change: () => place.toggle(),
    stop: () => process.stop(),
  };
}

/** The document that a server serves now, over HTTP. */
export async function documentOf(server: Contestant): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/v1/flags`, {
    headers: { "x-environment-key": server.key },
  });
  if (!answer.ok) throw new Error(`the document was answered with ${answer.status}`);
  return await answer.text();
}

/** The two documents between which toggling one flag switches. */
export async function bothDocuments(place: Place): Promise<readonly [string, string]> {
  const server = await startOurs(place);
  try {
    const before = await documentOf(server);
    await place.toggle();
    for (;;) {
      const after = await documentOf(server);
      if (after !== before) return [before, after];
    }
  } finally {
    await server.stop();
  }
}

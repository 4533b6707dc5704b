import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import { askReady } from "./ask-ready.ts";
import { type ClientTls, isTlsFailure, isTlsWanted } from "./client-tls.ts";
import { type Finding, found } from "./finding.ts";

/** What came of opening a stream as a client does. */
export type FirstDocument =
  | { readonly kind: "document"; readonly text: string }
  | { readonly kind: "refused" | "unreachable"; readonly reason: string }
  | { readonly kind: "silent" };

/** A running server, as a client sees it. */
export interface ServerToAsk {
  /** `host:port` of the sync port. */
  readonly target: string;
  readonly firstDocument: () => Promise<FirstDocument>;
  /** The document that the database holds for the same key; `undefined`: it is not known here. */
  readonly expected: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/** Opens a real stream, and holds its first document against the database's. */
export async function checkStream(server: ServerToAsk): Promise<Finding> {
  const { target, clock } = server;
  const startedMs = clock.monotonicMs();
  const first = await server.firstDocument();
  const tookMs = Math.ceil(clock.monotonicMs() - startedMs);
  switch (first.kind) {
    case "silent":
      return found("STREAM_SILENT", `${target}: nothing within ${tookMs} ms`);
    case "refused":
      return found(isTlsWanted(first.reason) ? "TLS_FAILED" : "STREAM_REFUSED", first.reason);
    case "unreachable": {
      const code = isTlsFailure(first.reason) ? "TLS_FAILED" : "STREAM_UNREACHABLE";
      return found(code, `${target}: ${first.reason}`);
    }
    case "document": {
      const expected = await server.expected();
      const seen = `${target}: ${Buffer.byteLength(first.text)} bytes after ${tookMs} ms`;
      if (expected === undefined || expected === first.text) return found("STREAM_OPENED", seen);
      return found("STREAM_DIFFERS", `${seen}; the database holds ${Buffer.byteLength(expected)} bytes`);
    }
  }
}

/** Asks the management port of a server whether it is ready; over TLS, if it is told how. */
export async function checkManagement(target: string, tls?: ClientTls): Promise<Finding> {
  try {
    const { ok, waitingFor, staleSeconds, reason } = await askReady(target, tls);
    if (!ok) {
      return found(
        "MANAGEMENT_NOT_READY",
        `${target} waits for ${waitingFor.join(", ") || "(nothing named)"}`,
      );
    }
    if (staleSeconds === undefined) return found("MANAGEMENT_READY", target);
    return found("MANAGEMENT_STALE", `${target}: for ${Math.round(staleSeconds)} s: ${reason}`);
  } catch (thrown) {
    const why = messageOf(thrown);
    return found(isTlsFailure(why) ? "TLS_FAILED" : "MANAGEMENT_UNREACHABLE", `${target}: ${why}`);
  }
}

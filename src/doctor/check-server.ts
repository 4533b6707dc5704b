import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
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
      return found("STREAM_REFUSED", first.reason);
    case "unreachable":
      return found("STREAM_UNREACHABLE", `${target}: ${first.reason}`);
    case "document": {
      const expected = await server.expected();
      const seen = `${target}: ${Buffer.byteLength(first.text)} bytes after ${tookMs} ms`;
      if (expected === undefined || expected === first.text) return found("STREAM_OPENED", seen);
      return found("STREAM_DIFFERS", `${seen}; the database holds ${Buffer.byteLength(expected)} bytes`);
    }
  }
}

const ANSWER_WITHIN_MS = 5_000;

interface ReadyBody {
  readonly waitingFor?: readonly string[];
  readonly staleSeconds?: number;
  readonly reason?: string;
}

/** Asks the management port of a server whether it is ready. */
export async function checkManagement(target: string): Promise<Finding> {
  try {
    const answer = await fetch(`http://${target}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const { waitingFor, staleSeconds, reason } = (await answer.json()) as ReadyBody;
    if (!answer.ok) {
      return found(
        "MANAGEMENT_NOT_READY",
        `${target} waits for ${waitingFor?.join(", ") || "(nothing named)"}`,
      );
    }
    if (staleSeconds === undefined) return found("MANAGEMENT_READY", target);
    return found("MANAGEMENT_STALE", `${target}: for ${Math.round(staleSeconds)} s: ${reason}`);
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause ? thrown.cause : thrown;
    return found("MANAGEMENT_UNREACHABLE", `${target}: ${messageOf(cause)}`);
  }
}

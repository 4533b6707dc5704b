import type { AccessDecision, RequestCredentials } from "../../src/model/access.ts";
import type { Revision } from "../../src/model/revision.ts";
import { keepDocument } from "../../src/publish/kept-document.ts";
import { sha256Hex } from "../../src/support/secrets.ts";
import type { Follower, Grant, SyncBoard } from "../../src/transports/grpc/board.ts";

/** One document of any text for everybody who sends a key; it remembers how the key was sent. */
export class DocumentBoard implements SyncBoard {
  readonly #ways = new Map<string, Set<string>>();
  readonly #calls = new Map<string, number>();
  readonly #followers = new Set<Follower>();
  #newest: Revision | undefined;

  authorize(credentials: RequestCredentials): AccessDecision {
    const ways = waysOf(credentials);
    const key = ways.map(([, value]) => value).find((value) => value.startsWith("ser."));
    if (key === undefined) return { granted: false, reason: "missing_key", message: "no key" };
    this.#calls.set(key, this.calls(key) + 1);
    const known = this.#ways.get(key) ?? new Set();
    for (const [way, value] of ways) if (value === key) known.add(way);
    this.#ways.set(key, known);
    return { granted: true, environmentId: 1, keyHash: sha256Hex(key), lastFour: key.slice(-4) };
  }

  /** Where on the wire this key was seen. */
  ways(key: string): readonly string[] {
    return [...(this.#ways.get(key) ?? [])];
  }

  /** How often this key asked. */
  calls(key: string): number {
    return this.#calls.get(key) ?? 0;
  }

  current(): Revision | undefined {
    return this.#newest;
  }

  follow(_grant: Grant, follower: Follower): () => void {
    this.#followers.add(follower);
    if (this.#newest !== undefined) follower.offer(this.#newest);
    return () => this.#followers.delete(follower);
  }

  /** Sends this text to all who follow, and to all who come. */
  publish(text: string): void {
    this.#newest = revisionOf(text);
    for (const follower of this.#followers) follower.offer(this.#newest);
  }

  /** Ends all streams as a server does that goes away. */
  endAll(): void {
    for (const follower of this.#followers) follower.end({ kind: "draining" });
  }
}

function waysOf(credentials: RequestCredentials): readonly (readonly [way: string, value: string])[] {
  const { environmentKeyHeader, authorizationHeader, selectorHeader, selectorField, providerId } =
    credentials;
  return [
    ["metadata `x-environment-key`", environmentKeyHeader ?? ""],
    ["metadata `authorization`", authorizationHeader ?? ""],
    ["metadata `flagd-selector`", selectorHeader ?? ""],
    ["field `selector`", selectorField ?? ""],
    ["field `provider_id`", providerId ?? ""],
  ];
}

function revisionOf(text: string): Revision {
  const document = keepDocument(text);
  const versionMs = Date.now();
  return {
    environmentId: 1,
    projectId: 1,
    flagSetId: "clients/documents",
    hash: sha256Hex(text),
    version: new Date(versionMs).toISOString(),
    versionMs,
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
}

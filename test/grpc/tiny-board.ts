import type { AccessDecision, RefusalReason, RequestCredentials, StreamEnd } from "../../src/model/access.ts";
import type { Revision } from "../../src/model/revision.ts";
import { keepDocument } from "../../src/publish/kept-document.ts";
import { sha256Hex } from "../../src/support/secrets.ts";
import type { Follower, Grant, SyncBoard } from "../../src/transports/grpc/board.ts";

export const GOOD_KEY = "ser.good-key-0001";

/** Keys that stand for a reason to be refused. */
export const REFUSED_KEYS: Readonly<Record<Exclude<RefusalReason, "missing_key">, string>> = {
  unknown_key: "ser.unknown-key",
  client_side_key: "client-side-key",
  organisation_stopped: "ser.stopped-key",
  edge_project: "ser.edge-key",
  project_not_enabled: "ser.not-enabled",
  wrong_flag_set: "ser.wrong-flag-set",
  malformed_selector: "ser.malformed-selector",
  ambiguous_flag_set: "ser.ambiguous",
  flag_set_needed: "ser.needed",
  not_an_admin_key: "ser.not-an-admin",
  master_keys_unreadable: "ser.master-keys-unreadable",
  busy: "ser.busy",
  document_too_large: "ser.too-large",
  too_many_failures: "ser.too-many",
};

export function revisionOf(text: string, environmentId = 1): Revision {
  const document = keepDocument(JSON.stringify({ flags: {}, metadata: { text } }));
  const versionMs = Date.UTC(2026, 10, 23, 11, 59, 58, 300);
  return {
    environmentId,
    projectId: 1,
    flagSetId: "project/environment",
    hash: sha256Hex(document.bytes()),
    version: new Date(versionMs).toISOString(),
    versionMs,
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
}

/** The least that the transports can be served from: keys, one newest revision, followers. */
export class TinyBoard implements SyncBoard {
  readonly asked: RequestCredentials[] = [];
  readonly #followers = new Set<Follower>();
  #newest: Revision | undefined;
  unfollowed = 0;

  authorize(credentials: RequestCredentials): AccessDecision {
    this.asked.push(credentials);
    const key =
      credentials.environmentKeyHeader ??
      credentials.authorizationHeader?.replace(/^Bearer /, "") ??
      credentials.selectorHeader ??
      credentials.selectorField ??
      credentials.providerId;
    if (key === GOOD_KEY) {
      return { granted: true, environmentId: 1, keyHash: sha256Hex(key), lastFour: key.slice(-4) };
    }
    const refusal = Object.entries(REFUSED_KEYS).find(([, refused]) => refused === key);
    const reason = key === undefined ? "missing_key" : ((refusal?.[0] ?? "unknown_key") as RefusalReason);
    return { granted: false, reason, message: `refused, 100 %: ${reason}` };
  }

  current(): Revision | undefined {
    return this.#newest;
  }

  follow(_grant: Grant, follower: Follower): () => void {
    this.#followers.add(follower);
    if (this.#newest) follower.offer(this.#newest);
    return () => {
      this.unfollowed += 1;
      this.#followers.delete(follower);
    };
  }

  publish(revision: Revision): Revision {
    this.#newest = revision;
    for (const follower of this.#followers) follower.offer(revision);
    return revision;
  }

  endAll(end: StreamEnd): void {
    for (const follower of this.#followers) follower.end(end);
  }

  get followers(): number {
    return this.#followers.size;
  }
}

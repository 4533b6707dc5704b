/**
 * access: who may read what. Everything is decided in memory over hashes of keys; a wrong key costs no query. It
 * never sees a database or a socket.
 */
import type { AccessDecision, DirectoryEntry, RefusalReason, RequestCredentials } from "../model/access.ts";
import { maskKey, sha256Hex } from "../support/secrets.ts";
import { type PresentedKey, readCredentials } from "./credentials.ts";
import { matchesFlagSet, parseSelector } from "./selector.ts";

/** What a key, or a selector, can be refused for. */
type KeyRefusal = Exclude<RefusalReason, "document_too_large">;

/** The words for each refusal: they say what to do and never repeat a key. */
const MESSAGES: Readonly<Record<KeyRefusal, string>> = {
  missing_key:
    "no environment key was sent: send a server-side key (ser.…) as x-environment-key, as authorization, or as the selector",
  unknown_key:
    "this environment key is not known, not active or expired: create a server-side key in Flagsmith",
  client_side_key: "this is a client-side key: flagd needs a server-side key (it begins with ser.)",
  organisation_stopped: "Flagsmith has stopped serving flags for this organisation",
  edge_project:
    "this project keeps its identities in Flagsmith's Edge (DynamoDB), which cannot be read from Postgres",
  project_not_enabled:
    "the flagd integration is not enabled for this project: run `flagsmith-flagd project enable <id>`",
  wrong_flag_set: "this key belongs to another flag set than the selector names",
  malformed_selector:
    "the selector is not understood: use flagSetId=<project>/<environment>, or leave it out",
};

/** Refuses for a reason, in the words that all transports share. */
export function refuse(reason: KeyRefusal): AccessDecision & { readonly granted: false } {
  return { granted: false, reason, message: MESSAGES[reason] };
}

interface KnownKey {
  readonly entry: DirectoryEntry;
  readonly active: boolean;
  readonly expiresAtMs: number | null;
}

/** All keys of all live environments. Replaced as a whole whenever the directory was read anew. */
export class KeyRing {
  #serverKeys: ReadonlyMap<string, KnownKey> = new Map();
  #clientKeys: ReadonlySet<string> = new Set();
  readonly #nowMs: () => number;

  /** `nowMs` is the database's clock, in epoch milliseconds: expiry is Postgres' notion of time. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes the directory as it is now. */
  load(entries: readonly DirectoryEntry[]): void {
    const serverKeys = new Map<string, KnownKey>();
    for (const entry of entries) {
      for (const key of entry.keys) {
        serverKeys.set(key.keyHash, { entry, active: key.active, expiresAtMs: key.expiresAtMs });
      }
    }
    this.#serverKeys = serverKeys;
    this.#clientKeys = new Set(entries.map((entry) => entry.clientKeyHash));
  }

  /** When the next key expires, epoch milliseconds by the database's clock; `null`: none will. */
  nextExpiryMs(): number | null {
    const nowMs = this.#nowMs();
    let nextMs: number | null = null;
    for (const { active, expiresAtMs } of this.#serverKeys.values()) {
      if (!active || expiresAtMs === null || expiresAtMs <= nowMs) continue;
      if (nextMs === null || expiresAtMs < nextMs) nextMs = expiresAtMs;
    }
    return nextMs;
  }

  /** Decides on a request (design decision 4). */
  authorize(credentials: RequestCredentials): AccessDecision {
    const { key, selector } = readCredentials(credentials, (text) => this.#clientKeys.has(sha256Hex(text)));
    if (key === undefined) return refuse("missing_key");
    const decision = this.#decide(sha256Hex(key.text), key);
    if (!decision.granted) return decision;
    const wish = parseSelector(selector);
    if (wish === "malformed") return refuse("malformed_selector");
    const entry = this.#serverKeys.get(decision.keyHash)?.entry;
    return entry === undefined || matchesFlagSet(wish, entry.flagSetId) ? decision : refuse("wrong_flag_set");
  }

  /** Whether a key that once opened an environment still does; `undefined`: it does. */
  review(grant: {
    readonly keyHash: string;
    readonly environmentId: number;
  }): (AccessDecision & { granted: false }) | undefined {
    const decision = this.#decide(grant.keyHash, undefined);
    if (!decision.granted) return decision;
    return decision.environmentId === grant.environmentId ? undefined : refuse("unknown_key");
  }

  #decide(keyHash: string, key: PresentedKey | undefined): AccessDecision {
    if (this.#clientKeys.has(keyHash)) return refuse("client_side_key");
    const known = this.#serverKeys.get(keyHash);
    if (known === undefined || (key !== undefined && !key.text.startsWith("ser.")))
      return refuse("unknown_key");
    const expired = known.expiresAtMs !== null && known.expiresAtMs <= this.#nowMs();
    if (!known.active || expired) return refuse("unknown_key");
    if (known.entry.obstacle !== null) return refuse(known.entry.obstacle);
    return {
      granted: true,
      environmentId: known.entry.environmentId,
      keyHash,
      lastFour: key === undefined ? "…" : maskKey(key.text),
    };
  }
}

/**
 * access: who may read what. Everything is decided in memory over hashes of keys; a wrong key costs no query. It
 * never sees a database or a socket.
 */
import type {
  AccessDecision,
  DirectoryEntry,
  EnvironmentGrant,
  MasterKeyRecord,
  Refusal,
  RequestCredentials,
} from "../model/access.ts";
import { maskKey, sha256Hex } from "../support/secrets.ts";
import { CertificateEnvironments } from "./certificate-environments.ts";
import { type PresentedKey, readCredentials } from "./credentials.ts";
import { MasterKeyVerifier, prefixOf } from "./master-keys.ts";
import { OrganisationKeys, type ReviewedGrant } from "./organisation-keys.ts";
import { refuse } from "./refusals.ts";
import { matchesFlagSet, parseSelector } from "./selector.ts";

interface KnownKey {
  readonly entry: DirectoryEntry;
  readonly active: boolean;
  readonly expiresAtMs: number | null;
}

/** All keys of all live environments and organisations. Replaced as a whole whenever the directory was read anew. */
export class KeyRing {
  #serverKeys: ReadonlyMap<string, KnownKey> = new Map();
  #clientKeys: ReadonlySet<string> = new Set();
  readonly #organisationKeys: OrganisationKeys;
  readonly #certificates: CertificateEnvironments;
  readonly #nowMs: () => number;

  /** `nowMs` is the database's clock, in epoch milliseconds: expiry is Postgres' notion of time. */
  constructor(
    nowMs: () => number,
    verifier: MasterKeyVerifier = new MasterKeyVerifier(),
    certificates: CertificateEnvironments = new CertificateEnvironments(),
  ) {
    this.#nowMs = nowMs;
    this.#certificates = certificates;
    this.#organisationKeys = new OrganisationKeys(nowMs, verifier);
  }

  /** Takes the directory as it is now. `"unreadable"`: there may be master keys, but this server cannot read them. */
  load(entries: readonly DirectoryEntry[], masterKeys: readonly MasterKeyRecord[] | "unreadable" = []): void {
    const serverKeys = new Map<string, KnownKey>();
    for (const entry of entries) {
      for (const key of entry.keys) {
        serverKeys.set(key.keyHash, { entry, active: key.active, expiresAtMs: key.expiresAtMs });
      }
    }
    this.#serverKeys = serverKeys;
    this.#clientKeys = new Set(entries.map((entry) => entry.clientKeyHash));
    this.#organisationKeys.load(entries, masterKeys);
    this.#certificates.load(entries);
  }

  /** When the next key expires, epoch milliseconds by the database's clock; `null`: none will. */
  nextExpiryMs(): number | null {
    const nowMs = this.#nowMs();
    let nextMs: number | null = null;
    const consider = (expiresAtMs: number | null): void => {
      if (expiresAtMs === null || expiresAtMs <= nowMs) return;
      if (nextMs === null || expiresAtMs < nextMs) nextMs = expiresAtMs;
    };
    for (const { active, expiresAtMs } of this.#serverKeys.values()) if (active) consider(expiresAtMs);
    for (const { expiresAtMs } of this.#organisationKeys.records) consider(expiresAtMs);
    return nextMs;
  }

  /**
   * Decides on a request (design decision 4). At once, but for a master API key whose text was not seen before: that
   * is verified first, unless `hindrance` gives a reason not to. A key that was sent beats the client certificate.
   */
  authorize(
    credentials: RequestCredentials,
    hindrance: () => Refusal | undefined = () => undefined,
  ): AccessDecision | Promise<AccessDecision> {
    const { key, selector } = readCredentials(credentials, (text) => this.#clientKeys.has(sha256Hex(text)));
    if (key === undefined) {
      const names = credentials.origin?.certificateNames ?? [];
      return this.#certificates.authorize(names, selector) ?? refuse("missing_key");
    }
    if (prefixOf(key.text) !== undefined) {
      return this.#organisationKeys.authorize(key.text, selector, hindrance);
    }
    const decision = this.#decide(sha256Hex(key.text), key);
    if (!decision.granted) return decision;
    const wish = parseSelector(selector);
    if (wish === "malformed") return refuse("malformed_selector");
    const entry = this.#serverKeys.get(decision.keyHash)?.entry;
    return entry === undefined || matchesFlagSet(wish, entry.flagSetId) ? decision : refuse("wrong_flag_set");
  }

  /** Whether a key that once opened an environment, or an organisation, still does; `undefined`: it does. */
  review(grant: ReviewedGrant): Refusal | undefined {
    const certified = this.#certificates.review(grant);
    if (certified !== "other") return certified;
    const reviewed = this.#organisationKeys.review(grant);
    if (reviewed !== "other") return reviewed;
    const decision = this.#decide(grant.keyHash, undefined);
    if (!decision.granted) return decision;
    const same = "environmentId" in grant && decision.environmentId === grant.environmentId;
    return same ? undefined : refuse("unknown_key");
  }

  #decide(keyHash: string, key: PresentedKey | undefined): EnvironmentGrant | Refusal {
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

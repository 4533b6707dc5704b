import type { AccessDecision, DirectoryEntry, MasterKeyRecord, Refusal } from "../model/access.ts";
import { maskKey } from "../support/secrets.ts";
import { isMasterKeyHash, type MasterKeyVerifier, prefixOf } from "./master-keys.ts";
import { refuse } from "./refusals.ts";
import { parseSelector } from "./selector.ts";

/** What opened a stream, as far as it has to be looked at again. */
export type ReviewedGrant = { readonly keyHash: string } & (
  | { readonly environmentId: number }
  | { readonly organisationId: number }
);

/**
 * The master API keys of all organisations and what each opens. Only a key whose public prefix is known costs a
 * verification; one that was verified once is answered at once.
 */
export class OrganisationKeys {
  readonly #nowMs: () => number;
  readonly #verifier: MasterKeyVerifier;
  #byPrefix: ReadonlyMap<string, MasterKeyRecord> = new Map();
  #byHash: ReadonlyMap<string, MasterKeyRecord> = new Map();
  #environments: ReadonlyMap<number, DirectoryEntry> = new Map();
  #unreadable = false;

  constructor(nowMs: () => number, verifier: MasterKeyVerifier) {
    this.#nowMs = nowMs;
    this.#verifier = verifier;
  }

  /** Takes the directory as it is now. `"unreadable"`: there may be keys, but this server cannot read them. */
  load(entries: readonly DirectoryEntry[], found: readonly MasterKeyRecord[] | "unreadable"): void {
    this.#unreadable = found === "unreadable";
    const keys = found === "unreadable" ? [] : found;
    this.#byPrefix = new Map(keys.map((key) => [key.prefix, key]));
    this.#byHash = new Map(keys.map((key) => [key.hashedKey, key]));
    this.#environments = new Map(entries.map((entry) => [entry.environmentId, entry]));
  }

  /** All keys with the moments at which they expire. */
  get records(): Iterable<MasterKeyRecord> {
    return this.#byPrefix.values();
  }

  /** Decides on a key of a master key's form; at once unless its text has to be verified first, and nothing hinders it. */
  authorize(
    key: string,
    selector: string,
    hindrance: () => Refusal | undefined = () => undefined,
  ): AccessDecision | Promise<AccessDecision> {
    if (this.#unreadable) return refuse("master_keys_unreadable");
    const record = this.#valid(key);
    if (record === undefined) return refuse("unknown_key");
    const known = this.#verifier.known(key, record.hashedKey);
    if (known === undefined) return hindrance() ?? this.#verified(key, record, selector);
    return known ? this.#decide(key, record, selector) : refuse("unknown_key");
  }

  /** Whether a key that once opened something still does; `undefined`: it does. `"other"`: it is none of these. */
  review(grant: ReviewedGrant): Refusal | undefined | "other" {
    const record = this.#byHash.get(grant.keyHash);
    if (record === undefined) {
      const isGone = this.#unreadable && isMasterKeyHash(grant.keyHash);
      return isGone ? refuse("master_keys_unreadable") : "other";
    }
    if (this.#hasExpired(record)) return refuse("unknown_key");
    const refusal = refusalOf(record);
    if (refusal !== undefined) return refusal;
    if ("organisationId" in grant) {
      return grant.organisationId === record.organisationId ? undefined : refuse("unknown_key");
    }
    const entry = this.#environments.get(grant.environmentId);
    if (entry?.organisationId !== record.organisationId) return refuse("wrong_flag_set");
    return entry.obstacle === null ? undefined : refuse(entry.obstacle);
  }

  async #verified(key: string, { hashedKey }: MasterKeyRecord, selector: string): Promise<AccessDecision> {
    const answer = await this.#verifier.verify(key, hashedKey);
    if (answer === "busy") return refuse("busy");
    // While it was verified the key may have been revoked, or its organisation stopped.
    const record = this.#valid(key);
    if (!answer || record?.hashedKey !== hashedKey) return refuse("unknown_key");
    return this.#decide(key, record, selector);
  }

  #valid(key: string): MasterKeyRecord | undefined {
    const record = this.#byPrefix.get(prefixOf(key) ?? "");
    return record === undefined || this.#hasExpired(record) ? undefined : record;
  }

  #hasExpired({ expiresAtMs }: MasterKeyRecord): boolean {
    return expiresAtMs !== null && expiresAtMs <= this.#nowMs();
  }

  #decide(key: string, record: MasterKeyRecord, selector: string): AccessDecision {
    const refusal = refusalOf(record);
    if (refusal !== undefined) return refusal;
    const wish = parseSelector(selector);
    if (wish === "malformed") return refuse("malformed_selector");
    const { organisationId, hashedKey: keyHash } = record;
    const grant = { granted: true, keyHash, lastFour: maskKey(key) } as const;
    if (wish.kind === "any") return { ...grant, organisationId };
    const entry = this.#named(organisationId, wish.name);
    return "granted" in entry ? entry : { ...grant, environmentId: entry.environmentId };
  }

  /** The one environment of that flag set id. Of several the one that is served; of several of these none. */
  #named(organisationId: number, name: string): DirectoryEntry | Refusal {
    const named = [...this.#environments.values()].filter(
      (entry) => entry.organisationId === organisationId && entry.flagSetId === name,
    );
    const served = named.filter(({ obstacle }) => obstacle === null);
    const [entry = named[0]] = served;
    if (entry === undefined) return refuse("wrong_flag_set");
    if (served.length > 1) {
      const ids = served.map(({ environmentId }) => environmentId).join(", ");
      return refuse("ambiguous_flag_set", `environment ids ${ids}`);
    }
    return entry.obstacle === null ? entry : refuse(entry.obstacle);
  }
}

function refusalOf(record: MasterKeyRecord): Refusal | undefined {
  if (record.organisationStopped) return refuse("organisation_stopped");
  return record.isAdmin ? undefined : refuse("not_an_admin_key");
}

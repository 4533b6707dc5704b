import type { DirectoryEntry, EnvironmentGrant, Refusal } from "../model/access.ts";
import type { ReviewedGrant } from "./organisation-keys.ts";
import { refuse } from "./refusals.ts";
import { matchesFlagSet, parseSelector } from "./selector.ts";

/** In place of the hash of a key; no hash begins so. */
const PREFIX = "certificate:";

/** What a log shows in place of a key's last characters. */
const SHOWN = "client certificate";

/**
 * Which environments a client certificate opens, by its URIs and DNS names: for clients that can send no header, and should
 * have no key in their selector. A flag set id is made of names, which people may change: the environment's number
 * never changes, and is taken as well.
 */
export class CertificateEnvironments {
  readonly #targets = new Map<string, readonly string[]>();
  #entries: readonly DirectoryEntry[] = [];

  /** Pairs of a certificate's name and a flag set id or an environment's number; a name may open several. */
  constructor(pairs: readonly (readonly [string, string])[] = []) {
    for (const [name, target] of pairs) {
      const plain = name.includes(":") ? name : name.toLowerCase();
      this.#targets.set(plain, [...(this.#targets.get(plain) ?? []), target]);
    }
  }

  /** Takes the directory as it is now. */
  load(entries: readonly DirectoryEntry[]): void {
    this.#entries = entries;
  }

  /** Decides on a request without a key; `undefined`: its certificate, if there is one, opens nothing. */
  authorize(names: readonly string[], selector: string): EnvironmentGrant | Refusal | undefined {
    const mapped = names.filter((name) => this.#targets.has(name));
    if (mapped.length === 0) {
      const unknown = names.length > 0 && this.#targets.size > 0;
      return unknown ? refuse("missing_key", "no name of the client certificate is known here") : undefined;
    }
    const wish = parseSelector(selector);
    if (wish === "malformed") return refuse("malformed_selector");
    const opened = mapped.flatMap((name) => this.#opened(name).map((entry) => ({ name, entry })));
    const wished = opened.filter(({ entry }) => matchesFlagSet(wish, entry.flagSetId));
    const [first] = wished;
    if (first === undefined) {
      return opened.length > 0
        ? refuse("wrong_flag_set")
        : refuse("unknown_key", "the environment that the client certificate is to open does not exist");
    }
    const ids = new Set(wished.map(({ entry }) => entry.environmentId));
    if (ids.size > 1) {
      return refuse("ambiguous_flag_set", `the client certificate opens environments ${[...ids].join(", ")}`);
    }
    const { name, entry } = first;
    if (entry.obstacle !== null) return refuse(entry.obstacle);
    return {
      granted: true,
      environmentId: entry.environmentId,
      keyHash: `${PREFIX}${name}`,
      lastFour: SHOWN,
    };
  }

  /** Whether a certificate that once opened an environment still does; `undefined`: it does. `"other"`: it was a key. */
  review(grant: ReviewedGrant): Refusal | undefined | "other" {
    if (!grant.keyHash.startsWith(PREFIX) || !("environmentId" in grant)) return "other";
    const { environmentId } = grant;
    const opened = this.#opened(grant.keyHash.slice(PREFIX.length));
    const entry = opened.find((each) => each.environmentId === environmentId);
    if (entry === undefined) {
      return refuse("unknown_key", "the environment that the client certificate is to open does not exist");
    }
    return entry.obstacle === null ? undefined : refuse(entry.obstacle);
  }

  #opened(name: string): readonly DirectoryEntry[] {
    const targets = this.#targets.get(name) ?? [];
    return this.#entries.filter(
      ({ flagSetId, environmentId }) =>
        targets.includes(flagSetId) || targets.includes(String(environmentId)),
    );
  }
}

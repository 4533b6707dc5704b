import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { sha256Hex } from "../support/secrets.ts";

const derive = promisify(pbkdf2);

/** Django's own name for the only algorithm that Flagsmith's master keys were ever hashed with. */
const ALGORITHM = "pbkdf2_sha256";
const KEY_BYTES = 32;
/** Django 5 writes 1,000,000; a row that asks for far more would keep the process busy for minutes. */
const MOST_ITERATIONS = 10_000_000;
/** Answers remembered of each kind. */
const MOST_REMEMBERED = 1_000;
/** Keys being verified or waiting for it: each costs up to half a second of CPU. */
const MOST_WAITING = 32;
/** Of these for one hash: whoever knows the public prefix of one organisation's key must not keep the others waiting. */
const MOST_WAITING_FOR_ONE_HASH = 8;

/** The public part of a master key's text; `undefined`: it has not the form of one. */
export function prefixOf(key: string): string | undefined {
  const [, prefix] = /^([^.\s]{8})\.[^\s]+$/.exec(key) ?? [];
  return prefix;
}

/** Whether a hash is a master key's: those of environment keys are plain hex. */
export function isMasterKeyHash(hash: string): boolean {
  return hash.startsWith(`${ALGORITHM}$`);
}

/**
 * Checks master keys against Django's PBKDF2 hashes. One at a time, on a thread of libuv's pool, and each pair of key and hash
 * once, since a verification costs 0.25 to 0.5 s of CPU (facts/flagsmith.md, section 5). A key is remembered as its SHA-256
 * only. A key whose row changed has another hash, so nothing has to be forgotten.
 */
export class MasterKeyVerifier {
  /** Least recently used first. Apart from the wrong ones, of which a flood must not wash out a single right one. */
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #waitingByHash = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  /** The answer of {@link verify} where it needs no work; `undefined`: it needs some. */
  known(key: string, hashedKey: string): boolean | undefined {
    const id = idOf(key, hashedKey);
    if (this.#right.has(id)) {
      remember(this.#right, id);
      return true;
    }
    return this.#wrong.has(id) ? false : undefined;
  }

  /** Is this the key that was hashed? `busy`: too many unknown keys wait already; ask again later. */
  async verify(key: string, hashedKey: string): Promise<boolean | "busy"> {
    const id = idOf(key, hashedKey);
    const known = this.known(key, hashedKey) ?? this.#underWay.get(id);
    if (known !== undefined) return known;
    const waiting = this.#waitingByHash.get(hashedKey) ?? 0;
    if (this.#underWay.size >= MOST_WAITING || waiting >= MOST_WAITING_FOR_ONE_HASH) return "busy";
    const verified = this.#last.then(() => matches(key, hashedKey));
    this.#last = verified.catch(() => undefined);
    this.#underWay.set(id, verified);
    this.#waitingByHash.set(hashedKey, waiting + 1);
    try {
      const answer = await verified;
      remember(answer ? this.#right : this.#wrong, id);
      return answer;
    } finally {
      this.#underWay.delete(id);
      this.#ended(hashedKey);
    }
  }

  #ended(hashedKey: string): void {
    const left = (this.#waitingByHash.get(hashedKey) ?? 0) - 1;
    if (left > 0) this.#waitingByHash.set(hashedKey, left);
    else this.#waitingByHash.delete(hashedKey);
  }
}

function idOf(key: string, hashedKey: string): string {
  return `${sha256Hex(key)} ${hashedKey}`;
}

function remember(ids: Set<string>, id: string): void {
  ids.delete(id);
  ids.add(id);
  const [oldest] = ids;
  if (oldest !== undefined && ids.size > MOST_REMEMBERED) ids.delete(oldest);
}

/** A hash that is none of Django's forms matches nothing. */
async function matches(key: string, hashedKey: string): Promise<boolean> {
  const [algorithm, iterationsText = "", salt = "", digest = ""] = hashedKey.split("$");
  const iterations = Number(iterationsText);
  const expected = Buffer.from(digest, "base64");
  if (algorithm !== ALGORITHM || expected.length !== KEY_BYTES) return false;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > MOST_ITERATIONS) return false;
  return timingSafeEqual(await derive(key, salt, iterations, KEY_BYTES, "sha256"), expected);
}

/** What a stored answer is recognised by. */
export interface Validators {
  /** The opaque tags, without quotes, of every representation that has this content. */
  readonly tags: readonly string[];
  /** Epoch milliseconds, whole seconds: what Last-Modified says. */
  readonly lastModifiedMs: number;
}

/** The two headers by which a client says what it has. */
export interface Preconditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

/**
 * Whether a GET or HEAD may be answered with 304. If-None-Match is compared weakly, and where it is present
 * If-Modified-Since does not count (RFC 9110, sections 13.1.2, 13.1.3 and 13.2.2).
 */
export function isNotModified(asked: Preconditions, validators: Validators): boolean {
  const { ifNoneMatch, ifModifiedSince } = asked;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === "*") return true;
    const tags = new Set(validators.tags);
    return Array.from(ifNoneMatch.matchAll(/(?:W\/)?"([^"]*)"/g)).some(([, tag = ""]) => tags.has(tag));
  }
  if (ifModifiedSince === undefined) return false;
  return validators.lastModifiedMs <= Date.parse(ifModifiedSince);
}

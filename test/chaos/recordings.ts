import type { Recording, Seen } from "../../chaos/record/recording.ts";

/** A message that no rule has anything against. */
export function seen(changes: Partial<Seen> = {}): Seen {
  const atMs = changes.atMs ?? 1_000;
  const version = changes.version ?? new Date(atMs).toISOString();
  return {
    atMs,
    version,
    hash: `content of ${version}`,
    bytes: 20_000,
    flags: 25,
    missing: [],
    counter: atMs,
    forbidden: [],
    ...changes,
  };
}

/** An open stream that saw these. */
export function stream(messages: readonly Seen[], changes: Partial<Recording> = {}): Recording {
  return {
    follower: "a development stream 1",
    kind: "stream",
    environment: "development",
    openedAtMs: 0,
    seen: messages,
    ...changes,
  };
}

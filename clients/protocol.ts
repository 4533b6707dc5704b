/**
 * The line protocol of every client program: one JSON object per line. In: `{id, questions, contexts}`; the end of the
 * input means quit. Out: `{id, answers}`, in whatever order, and events.
 */

/** How a program asks for a flag. */
export type FlagType = "boolean" | "string" | "integer" | "number";

/** One flag, asked as one type with one default. */
export interface Question {
  readonly flag: string;
  readonly type: FlagType;
  readonly fallback: boolean | string | number;
}

/** An evaluation context. */
export type Context = Readonly<Record<string, unknown>>;

/** What an OpenFeature client told. */
export interface Answer {
  readonly value: unknown;
  readonly variant?: string | null;
  readonly reason?: string | null;
  readonly errorCode?: string | null;
}

/**
 * What a program says of itself: OpenFeature's events; REFUSED if setting the provider failed; STARTED, once, as soon as
 * it answers, ready or not.
 */
export type EventName = "READY" | "CONFIGURATION_CHANGED" | "STALE" | "ERROR" | "REFUSED" | "STARTED";

/** An event, and when it came. */
export interface SeenEvent {
  readonly event: EventName;
  readonly message: string;
  readonly atMs: number;
}

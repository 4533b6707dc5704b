import type { Finding } from "./segment.ts";

/** A feature or segment whose translation threw, which only a bug of ours can do. Its neighbours are not touched. */
export interface TranslationFailure {
  readonly what: "feature" | "segment";
  readonly id: number;
  readonly name: string;
  readonly thrown: unknown;
}

/** Is told of failures for a log; what users see is the warning `translation_failed`. */
export type FailureListener = (failure: TranslationFailure) => void;

/** The finding of a failure. It goes out to every client, so it names the kind of error only: messages quote values. */
export function failureFinding(thrown: unknown, consequence: string): Finding {
  const kind = thrown instanceof Error ? thrown.name : "error";
  return { reason: "translation_failed", detail: `${consequence} (${kind} in the translation)` };
}

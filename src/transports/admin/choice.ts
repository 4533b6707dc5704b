import type { IntegrationChoice } from "../../model/integration.ts";
import { excerpt } from "../../support/excerpt.ts";
import { withoutKeys } from "../../support/secrets.ts";

/** What is wrong with each member of a body, in the words and shape of Flagsmith's own API. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** A body that was understood, or what is wrong with it. */
export type ReadChoice =
  | { readonly ok: true; readonly choice: IntegrationChoice }
  | { readonly ok: false; readonly errors: FieldErrors };

/** Faults that are told at once: the answer must not outgrow the question. */
const MOST_ERRORS = 20;

/** Characters of a value that an answer repeats: fewer than any key, token or password worth the name has. */
const MOST_REPEATED = 12;

const MOST_IDENTITY_OVERRIDES = 100_000;

/** Members that Flagsmith's clients send back as they got them; nothing can be changed by them. */
const READ_ONLY: ReadonlySet<string> = new Set(["id", "project", "created_at", "updated_at"]);

const CHECKS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  enabled: (value) => (typeof value === "boolean" ? undefined : "Must be a valid boolean."),
  semantics: (value) =>
    value === "flagsmith" || value === "value"
      ? undefined
      : `${shown(value)} is not a valid choice: use "flagsmith" or "value".`,
  identityOverrideLimit: (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_IDENTITY_OVERRIDES
      ? undefined
      : `A whole number from 0 to ${MOST_IDENTITY_OVERRIDES} is required.`,
};

/** A misspelt word is repeated; what is longer, or no text, may be a secret or nested without end. */
function shown(value: unknown): string {
  return typeof value === "string" && value.length <= MOST_REPEATED ? JSON.stringify(value) : "This";
}

/**
 * Reads what somebody chose. A member that is not known is refused: a misspelt one would be lost without a word.
 *
 * @param required members without which the body says nothing.
 */
export function readChoice(body: unknown, required: readonly string[]): ReadChoice {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { ok: false, errors: { non_field_errors: ["Invalid data. Expected a JSON object."] } };
  }
  const errors = new Map<string, readonly string[]>();
  const choice = new Map<string, unknown>();
  for (const name of required) {
    if (!Object.hasOwn(body, name)) errors.set(name, ["This field is required."]);
  }
  for (const [name, value] of Object.entries(body)) {
    if (errors.size >= MOST_ERRORS) break;
    if (READ_ONLY.has(name)) continue;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    const fault =
      check === undefined ? `Not known here: use ${Object.keys(CHECKS).join(", ")}.` : check(value);
    if (fault === undefined) choice.set(name, value);
    else errors.set(excerpt(withoutKeys(name)), [fault]);
  }
  return errors.size > 0
    ? { ok: false, errors: Object.fromEntries(errors) }
    : { ok: true, choice: Object.fromEntries(choice) };
}

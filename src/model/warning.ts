/** Every reason that a translation may warn of; the meaning of each is in docs/translation.md. */
export const WARNING_REASONS = [
  "regex_unsupported",
  "unknown_operator",
  "malformed_value",
  "identity_override_limit_exceeded",
  "disabled_override_no_op",
  "override_enabled_ignored",
  "type_mismatch",
  "dotted_property",
  "percentage_bucketing_differs",
  "compact_encoding",
  "document_too_large",
  "translation_failed",
  "unreadable_row",
] as const;

/** See {@link WARNING_REASONS}. */
export type WarningReason = (typeof WARNING_REASONS)[number];

/** A place where flagd may answer otherwise than Flagsmith would, or where a user should look. Data, never thrown. */
export interface TranslationWarning {
  readonly reason: WarningReason;
  readonly detail: string;
  /** The feature's name; absent where the whole environment is meant. */
  readonly feature?: string;
}

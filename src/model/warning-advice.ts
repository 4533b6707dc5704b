import type { WarningReason } from "./warning.ts";

/** What an operator or the author of a flag can do about each warning; docs/translation.md says more. */
export const WARNING_ADVICE: Readonly<Record<WarningReason, string>> = {
  regex_unsupported: "Use prefixes, suffixes, whole texts or lists of them instead of this pattern.",
  unknown_operator: "Upgrade flagsmith-flagd; if it is the newest already, report the operator.",
  malformed_value: "Correct the condition's value in Flagsmith.",
  identity_override_limit_exceeded: "Use a segment for these people, or raise the project's limit.",
  disabled_override_no_op:
    "Set another value in the override: under semantics `value` its on/off is not heard.",
  override_enabled_ignored: "Set values instead of on/off, or choose semantics `flagsmith`.",
  type_mismatch: "Give all values of the flag one type.",
  dotted_property: "Nest the trait in the evaluation context, as in {user: {tier: …}}.",
  percentage_bucketing_differs: "Nothing to do; know that flagd picks other people than Flagsmith, as many.",
  compact_encoding: "Use fewer conditions on numbers, or raise SIZE_BUDGET_BYTES.",
  document_too_large:
    "Split the environment or shorten values, or raise MAX_DOCUMENT_BYTES if every client takes more.",
  translation_failed: "Report it: this is a bug of ours. The server's log has the error.",
  unreadable_row: "Repair the row in Flagsmith's database that the detail names.",
};

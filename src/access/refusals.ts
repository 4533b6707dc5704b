import type { Refusal, RefusalReason } from "../model/access.ts";

/** What a key, or a selector, can be refused for. */
type KeyRefusal = Exclude<RefusalReason, "document_too_large" | "flag_set_needed" | "too_many_failures">;

/** The words for each refusal: they say what to do and never repeat a key. */
const MESSAGES: Readonly<Record<KeyRefusal, string>> = {
  missing_key:
    "no environment key was sent: send a server-side key (ser.…) as x-environment-key, as authorization, or as the selector",
  unknown_key:
    "this key is not known, not active or expired: create a server-side environment key (or, for all environments, a master API key) in Flagsmith",
  client_side_key: "this is a client-side key: flagd needs a server-side key (it begins with ser.)",
  organisation_stopped: "Flagsmith has stopped serving flags for this organisation",
  edge_project:
    "this project keeps its identities in Flagsmith's Edge (DynamoDB), which cannot be read from Postgres",
  project_not_enabled:
    "the flagd integration is not enabled for this project: run `flagsmith-flagd project enable <id>`",
  wrong_flag_set: "the selector names another flag set than this key opens",
  malformed_selector:
    "the selector is not understood: use flagSetId=<project>/<environment>, or leave it out",
  ambiguous_flag_set:
    "more than one environment of this organisation has the flag set id that the selector names: rename one, or use an environment's own key",
  not_an_admin_key:
    "this master API key is no admin of its organisation, and what else it may do is not in this database: create one with admin rights, or use an environment's server-side key",
  master_keys_unreadable:
    "this server may not read Flagsmith's master API keys: use an environment's server-side key, or have its database role given them (`flagsmith-flagd migrate up --role NAME --with-admin`)",
  busy: "too many keys that were not seen before are being checked: try again in some seconds",
};

/** Refuses for a reason, in the words that all transports share; `detail` is added to them. */
export function refuse(reason: KeyRefusal, detail?: string): Refusal {
  return {
    granted: false,
    reason,
    message: detail === undefined ? MESSAGES[reason] : `${MESSAGES[reason]} (${detail})`,
  };
}

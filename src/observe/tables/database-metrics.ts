import type { MetricSpec } from "../metric-spec.ts";

/** Metrics of the database, of how current the documents are, and of STATE_DIR. */
export const DATABASE_METRICS = {
  listening: {
    name: "flagsmith_flagd_listening",
    type: "gauge",
    help: "1 while LISTEN is in force and heard",
  },
  notifications: {
    name: "flagsmith_flagd_notifications_total",
    type: "counter",
    help: "Notifications of the triggers that were heard",
    labels: {
      kind: {
        meaning:
          "`now`: a whole change; `series`: the beginning of several; `directory`: keys, names, settings; `everything`: it cannot be told what",
        values: ["now", "series", "directory", "everything"],
      },
    },
  },
  missedNotifications: {
    name: "flagsmith_flagd_missed_notifications_total",
    type: "counter",
    help: "Changes that only the periodic comparison found",
  },
  stalenessSeconds: {
    name: "flagsmith_flagd_staleness_seconds",
    type: "gauge",
    help: "How long ago all that is served was last known to be current; 0 while it is",
  },
  stale: {
    name: "flagsmith_flagd_stale",
    type: "gauge",
    help: "1 while this keeps what is served from being known to be current",
    labels: {
      cause: {
        meaning:
          "`database`: it cannot be reached; `listener_deaf`: LISTEN is accepted and nothing is heard; `standby`; `schema_changed`: tables or triggers are not as they must be",
        values: ["database", "listener_deaf", "standby", "schema_changed"],
      },
    },
  },
  staleEnvironments: {
    name: "flagsmith_flagd_stale_environments",
    type: "gauge",
    help: "Environments that alone cannot be read",
  },
  refreshFailures: {
    name: "flagsmith_flagd_refresh_failures_total",
    type: "counter",
    help: "Readings that failed and are retried",
  },
  schemaProblems: {
    name: "flagsmith_flagd_schema_problems",
    type: "gauge",
    help: "Tables, columns, triggers and functions in the database that are not as they must be",
    labels: {
      kind: {
        meaning:
          "`unreadable`: Flagsmith's tables; `emptied`: tables that had rows; `settings`: which projects are enabled; `silent`: triggers are missing or altered, so changes may be missed; `set_up`: anything else of ours",
        values: ["unreadable", "emptied", "settings", "silent", "set_up"],
      },
    },
  },
  stateSaves: {
    name: "flagsmith_flagd_state_saves_total",
    type: "counter",
    help: "Files of STATE_DIR that were to be written, by what came of it",
    labels: {
      outcome: {
        meaning:
          "`unchanged`: the file says the same; `outdated`: it stems from a later reading; `refused`: it is not ours to replace",
        values: ["saved", "unchanged", "outdated", "refused"],
      },
    },
  },
  stateFailing: {
    name: "flagsmith_flagd_state_failing",
    type: "gauge",
    help: "1 while STATE_DIR cannot be written",
  },
  stateWaiting: {
    name: "flagsmith_flagd_state_waiting",
    type: "gauge",
    help: "Files of STATE_DIR that are yet to be written",
  },
  stateRefused: {
    name: "flagsmith_flagd_state_refused_total",
    type: "counter",
    help: "Files of STATE_DIR that were not believed",
    labels: {
      code: {
        meaning: "the code in [errors.md](errors.md)",
        values: ["STATE_CORRUPT", "STATE_FOREIGN", "STATE_NEWER", "STATE_UNSAFE"],
      },
    },
  },
} as const satisfies Record<string, MetricSpec>;

/** What the process says of its end; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** Something went wrong while running. */
  failed: 1,
  /** The command line or an option was wrong. */
  usage: 2,
  /** The check that was asked for found something (`migrate status`, `diagnose --fail-on-warnings`). */
  found: 3,
} as const;

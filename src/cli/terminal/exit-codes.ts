/** What the process says of its end. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  found: 3,
} as const;

/** Every code with what it means; docs/cli.md and `--help` are made from this. */
export const EXIT_CODES: readonly {
  readonly code: number;
  readonly meaning: string;
  readonly commands: string;
}[] = [
  { code: EXIT.ok, meaning: "done", commands: "all" },
  {
    code: EXIT.failed,
    meaning: "failed; the line on standard error begins with a code (docs/errors.md)",
    commands: "all",
  },
  { code: EXIT.usage, meaning: "wrong usage or configuration", commands: "all" },
  {
    code: EXIT.found,
    meaning: "the check that was asked for found something",
    commands: "`migrate status`, `doctor`, `health`, `verify`, `conformance`, `diagnose --fail-on-warnings`",
  },
  {
    code: 130,
    meaning: "ended at once by a second SIGINT, without its good order",
    commands: "`start`, `demo`, `watch`",
  },
  {
    code: 143,
    meaning: "ended at once by a second SIGTERM, without its good order",
    commands: "`start`, `demo`, `watch`",
  },
];

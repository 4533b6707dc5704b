import type { Command } from "commander";
import { SCHEMA_ADVICE } from "../../postgres/schema/schema-problems.ts";
import type { RoleGrant } from "../../postgres/set-up/grants.ts";
import {
  grantServerRole,
  type MigrationStatus,
  migrateDown,
  migrateUp,
  migrationScript,
  migrationStatus,
} from "../../postgres/set-up/migrate.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import {
  type CommandContext,
  configOf,
  type Flags,
  run,
  withDatabase,
  withExamples,
  withOptions,
} from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

function adviceFor({ problems }: MigrationStatus): string {
  const kinds = problems.map(({ kind }) => kind);
  return kinds.includes("unreadable")
    ? `cannot be served: ${SCHEMA_ADVICE.unreadable}`
    : "not up to date: run `flagsmith-flagd migrate up`";
}

/** Adds the options that name a server's role. */
function withRole(command: Command): Command {
  return command
    .option(
      "--role <name>",
      "the role that the server runs as: give it exactly what it needs (docs/database-roles.md)",
    )
    .option("--with-admin", "also what the admin REST reads: users, tokens, master keys and permissions");
}

function grantOf({ role, withAdmin }: Flags): RoleGrant | undefined {
  if (typeof role === "string") return { role, withAdmin: withAdmin === true };
  if (withAdmin !== true) return undefined;
  throw new FlagsmithFlagdError("CONFIG_INVALID", "--with-admin needs --role <name>");
}

/** `migrate up|down|status|print`: the set-up in Flagsmith's database. */
export function addMigrateCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const migrate = program
    .command("migrate")
    .description("set up, inspect or remove the schema flagd_sync; Flagsmith's own tables are never altered");

  withExamples(migrate, ["flagsmith-flagd migrate up", "flagsmith-flagd migrate status"]);

  const up = migrate.command("up").description("create or update the schema and its triggers; idempotent");
  withExamples(
    up,
    ["flagsmith-flagd migrate up", "flagsmith-flagd migrate up --role flagd_server --with-admin"],
    "To be run as the owner of Flagsmith's tables, at any time.",
  );
  withRole(withOptions(up, ["databaseUrl"])).action((flags: Flags) =>
    run(context, () =>
      withDatabase(configOf(context, flags).databaseUrl, async (database) => {
        const grant = grantOf(flags);
        const { applied, repaired, triggersCreated } = await migrateUp(database);
        const steps = repaired ? "all steps again, to repair" : applied.join(", ") || "no step";
        terminal.answer(
          applied.length + triggersCreated === 0 && !repaired
            ? "nothing to do: the schema flagd_sync is up to date"
            : `applied: ${steps}; triggers created: ${triggersCreated}`,
        );
        if (grant !== undefined) {
          await grantServerRole(database, grant);
          terminal.answer(
            `role ${grant.role} has what a server needs${grant.withAdmin ? ", the admin REST included" : ""}`,
          );
        }
        return EXIT.ok;
      }),
    ),
  );

  const down = migrate.command("down").description("remove every trace, settings and history included");
  withExamples(down, ["flagsmith-flagd migrate down"]);
  withOptions(down, ["databaseUrl"]).action((flags: Flags) =>
    run(context, () =>
      withDatabase(configOf(context, flags).databaseUrl, async (database) => {
        await migrateDown(database);
        terminal.answer("the schema flagd_sync and its triggers are gone");
        return EXIT.ok;
      }),
    ),
  );

  const comparing = migrate
    .command("status")
    .description("compare the database with this release; exit code 3 if it differs");
  withExamples(comparing, [
    "flagsmith-flagd migrate status",
    "flagsmith-flagd migrate status --json | jq '.problems[].message'",
  ]);
  withOptions(comparing, ["databaseUrl"])
    .option("--json", "answer as JSON")
    .action((flags: Flags) =>
      run(context, () =>
        withDatabase(configOf(context, flags).databaseUrl, async (database) => {
          const status = await migrationStatus(database);
          const altered = status.applied.filter((step) => step.altered);
          const fine = status.pending.length + status.problems.length + altered.length === 0 && !status.newer;
          if (flags.json) terminal.answer(JSON.stringify(status));
          else {
            for (const step of status.applied)
              terminal.answer(`applied  ${step.id} ${step.name}${step.altered ? " (altered)" : ""}`);
            for (const step of status.pending) terminal.answer(`pending  ${step.id} ${step.name}`);
            for (const { message } of status.problems) terminal.answer(`problem  ${message}`);
            if (status.newer) terminal.answer("the database was set up by a newer release");
            terminal.answer(
              fine ? `up to date, ${status.triggers.length} triggers in place` : adviceFor(status),
            );
          }
          return fine ? EXIT.ok : EXIT.found;
        }),
      ),
    );

  const printing = migrate.command("print").description("print the whole set-up as one SQL script");
  withExamples(printing, ["flagsmith-flagd migrate print --role flagd_server | psql …"]);
  withRole(printing).action((flags: Flags) =>
    run(context, async () => {
      terminal.answer(migrationScript(grantOf(flags)));
      return EXIT.ok;
    }),
  );
}

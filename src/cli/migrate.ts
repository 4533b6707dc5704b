import type { Command } from "commander";
import {
  type MigrationStatus,
  migrateDown,
  migrateUp,
  migrationScript,
  migrationStatus,
} from "../postgres/migrate.ts";
import { SCHEMA_ADVICE } from "../postgres/schema-problems.ts";
import { type CommandContext, configOf, type Flags, run, withDatabase, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

function adviceFor({ problems }: MigrationStatus): string {
  const kinds = problems.map(({ kind }) => kind);
  return kinds.includes("unreadable")
    ? `cannot be served: ${SCHEMA_ADVICE.unreadable}`
    : "not up to date: run `flagsmith-flagd migrate up`";
}

/** `migrate up|down|status|print`: the set-up in Flagsmith's database. */
export function addMigrateCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const migrate = program
    .command("migrate")
    .description("set up, inspect or remove the schema flagd_sync; Flagsmith's own tables are never altered");

  withOptions(migrate.command("up").description("create or update the schema and its triggers; idempotent"), [
    "databaseUrl",
  ]).action((flags: Flags) =>
    run(context, () =>
      withDatabase(configOf(context, flags).databaseUrl, async (database) => {
        const { applied, repaired, triggersCreated } = await migrateUp(database);
        const steps = repaired ? "all steps again, to repair" : applied.join(", ") || "no step";
        terminal.answer(
          applied.length + triggersCreated === 0 && !repaired
            ? "nothing to do: the schema flagd_sync is up to date"
            : `applied: ${steps}; triggers created: ${triggersCreated}`,
        );
        return EXIT.ok;
      }),
    ),
  );

  withOptions(migrate.command("down").description("remove every trace, settings and history included"), [
    "databaseUrl",
  ]).action((flags: Flags) =>
    run(context, () =>
      withDatabase(configOf(context, flags).databaseUrl, async (database) => {
        await migrateDown(database);
        terminal.answer("the schema flagd_sync and its triggers are gone");
        return EXIT.ok;
      }),
    ),
  );

  withOptions(
    migrate
      .command("status")
      .description("compare the database with this release; exit code 3 if it differs"),
    ["databaseUrl"],
  )
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

  migrate
    .command("print")
    .description("print the whole set-up as one SQL script")
    .action(() =>
      run(context, async () => {
        terminal.answer(migrationScript());
        return EXIT.ok;
      }),
    );
}

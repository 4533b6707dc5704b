import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { bootstrap } from "../../bootstrap/bootstrap.ts";
import { waitForFlagsmith } from "../../bootstrap/wait-for-flagsmith.ts";
import { migrateUp } from "../../postgres/set-up/migrate.ts";
import { systemClock } from "../../support/clock.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { type CommandContext, configOf, run, withDatabase, withOptions } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

/** Flags of this command, all with defaults but the last two. */
interface BootstrapFlags {
  readonly organisation: string;
  readonly project: string;
  readonly environment: string;
  readonly apiKeyName: string;
  readonly apiKey?: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly wait: number;
  readonly output?: string;
}

function seconds(text: string): number {
  const count = Number(text);
  if (!(count >= 0 && count <= 3_600)) throw new InvalidArgumentError("a number of seconds up to 3600");
  return count;
}

/** A reader of the file sees all of it or nothing: another container may be waiting for it. */
function writeKeyFile(path: string, line: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, `${line}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (thrown) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", `cannot write ${path}: ${messageOf(thrown)}`);
  }
}

/** `bootstrap`: from an empty Flagsmith to a key for flagd, for local development. */
export function addBootstrapCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  withOptions(
    program
      .command("bootstrap")
      .description("make organisation, project, environment, key and administrator in a local Flagsmith"),
    ["databaseUrl"],
  )
    .option("--organisation <name>", "the organisation's name", "local-dev")
    .option("--project <name>", "the project's name", "local-dev")
    .option("--environment <name>", "the environment's name", "development")
    .option("--api-key-name <name>", "the server-side key's name", "flagd-local")
    .option("--api-key <key>", "the key itself, beginning with `ser.` (default: a random one)")
    .option("--admin-email <email>", "who may log in to Flagsmith's UI", "admin@example.com")
    .option("--admin-password <password>", "set anew at every run", "admin")
    .option("--wait <seconds>", "wait so long for Flagsmith's own migrations to be finished", seconds, 0)
    .option("--output <file>", "write FLAGSMITH_SERVER_KEY=… there, too")
    .addHelpText(
      "after",
      "\nFor local development: whoever knows the password administers this Flagsmith.\n" +
        "Example:\n  flagsmith-flagd bootstrap --wait 120 --output ./flagd.env\n",
    )
    .action(({ wait, output, ...flags }: BootstrapFlags & { databaseUrl?: string; config?: string }) =>
      run(context, () => {
        const sources = { databaseUrl: flags.databaseUrl, config: flags.config };
        return withDatabase(configOf(context, sources).databaseUrl, async (database) => {
          await waitForFlagsmith(database, { clock: systemClock, pause, withinMs: wait * 1_000 });
          await migrateUp(database);
          const made = await bootstrap(database, { ...flags, apiKey: flags.apiKey });
          const line = `FLAGSMITH_SERVER_KEY=${made.key}`;
          if (output !== undefined) writeKeyFile(output, line);
          terminal.answer(line);
          const created = made.created.length > 0 ? `created: ${made.created.join(", ")}` : "all was there";
          terminal.say(`${created}; project ${made.projectId}, environment ${made.environmentId}`);
          terminal.say(`log in to Flagsmith as ${flags.adminEmail} with the password that was given`);
          if (output !== undefined) terminal.say(`wrote ${output}`);
          return EXIT.ok;
        });
      }),
    );
}

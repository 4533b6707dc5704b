import type { Command } from "commander";
import { loadConfig } from "../config/load-config.ts";
import type { Config } from "../config/options.ts";
import { OPTIONS } from "../config/options.ts";
import { asDatabaseError, type Database, openDatabase } from "../postgres/database.ts";
import { reportFailure, type Terminal } from "./terminal.ts";

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Takes the exit code. */
  readonly exit: (code: number) => void;
}

/** Flags as commander hands them over. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** Adds the options of the table to a command, with what they default to. */
export function withOptions(command: Command, names: readonly (keyof typeof OPTIONS)[]): Command {
  for (const name of names) {
    const option = OPTIONS[name];
    command.option(`${option.flag} ${option.argument}`, `${option.help} [${option.env}]`);
  }
  return command;
}

/** Reads the options of the table from flags and environment. */
export function configOf(context: CommandContext, flags: Flags): Config {
  const texts = Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
  return loadConfig({ env: context.env, flags: texts });
}

/** Runs a command's work, turns what it throws into one line, and sets the exit code. */
export async function run(context: CommandContext, work: () => Promise<number>): Promise<void> {
  try {
    context.exit(await work());
  } catch (thrown) {
    context.exit(reportFailure(context.terminal, asDatabaseError(thrown)));
  }
}

/** Opens a database for one command and closes it afterwards. */
export async function withDatabase<Result>(
  connectionString: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase({
    connectionString,
    applicationName: "flagsmith-flagd cli",
    maxConnections: 2,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

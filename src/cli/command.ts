import type { Command } from "commander";
import { CONFIG_FILE_VARIABLE, type ConfigSources } from "../config/collect-values.ts";
import { loadConfig } from "../config/load-config.ts";
import type { Config } from "../config/options.ts";
import { OPTIONS } from "../config/options.ts";
import { asDatabaseError } from "../postgres/connection/connection-failure.ts";
import { type Database, openDatabase } from "../postgres/connection/database.ts";
import { reportFailure, type Terminal } from "./terminal/terminal.ts";

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

/** Adds options of the table to a command, and the one that names a configuration file. */
export function withOptions(command: Command, names: readonly (keyof typeof OPTIONS)[]): Command {
  for (const name of names) {
    const option = OPTIONS[name];
    command.option(`${option.flag} ${option.argument}`, `${option.help} [${option.env}]`);
  }
  command.option("--config <file>", `options from a YAML or JSON file [${CONFIG_FILE_VARIABLE}]`);
  return command;
}

/** Says at the end of `--help` how the command is used. */
export function withExamples(command: Command, examples: readonly string[], note = ""): Command {
  const heading = examples.length === 1 ? "Example:" : "Examples:";
  const lines = [...(note === "" ? [] : ["", note]), "", heading, ...examples.map((line) => `  ${line}`), ""];
  return command.addHelpText("after", lines.join("\n"));
}

/** Where the options of a command come from. */
export function sourcesOf(context: CommandContext, flags: Flags): ConfigSources {
  const texts = Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
  return { env: context.env, flags: texts };
}

/** Reads the options of the table from flags, environment and configuration file. */
export function configOf(context: CommandContext, flags: Flags): Config {
  return loadConfig(sourcesOf(context, flags));
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

/** cli: commands, flags, exit codes. Every command is a thin door to the other rooms. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ERROR_ADVICE } from "../support/errors.ts";
import { addBootstrapCommand } from "./bootstrap.ts";
import type { CommandContext } from "./command.ts";
import { addCompletionCommand } from "./completion.ts";
import { addConfigCommand } from "./config.ts";
import { addDemoCommand } from "./demo.ts";
import { addDoctorCommand } from "./doctor.ts";
import { EXIT } from "./exit-codes.ts";
import { addExplainCommand } from "./explain.ts";
import { addExportCommands } from "./export.ts";
import { addHealthCommand } from "./health.ts";
import { addMigrateCommand } from "./migrate.ts";
import { addProjectCommand } from "./project.ts";
import { addStartCommand } from "./start.ts";
import { processTerminal } from "./terminal.ts";
import { addVerifyCommand } from "./verify.ts";
import { addWatchCommand } from "./watch.ts";

function readVersion(): string {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}

/** Runs one command line (`argv` as Node gives it) and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const context: CommandContext = {
    terminal: processTerminal,
    env: process.env,
    version: readVersion(),
    exit: (code) => {
      process.exitCode = code;
    },
  };
  const program = new Command("flagsmith-flagd")
    .description("Flagsmith as the management UI of flagd: pushes every Flagsmith environment to flagd.")
    .version(context.version)
    .showHelpAfterError("(add --help for usage)")
    .addHelpText(
      "after",
      `\nExit codes: ${EXIT.ok} done, ${EXIT.failed} failed, ${EXIT.usage} wrong usage, ${EXIT.found} a check found something.\nErrors begin with a code: ${Object.keys(ERROR_ADVICE).join(", ")}.\n`,
    )
    .exitOverride();
  addStartCommand(program, context);
  addConfigCommand(program, context);
  addDemoCommand(program, context);
  addWatchCommand(program, context);
  addMigrateCommand(program, context);
  addProjectCommand(program, context);
  addBootstrapCommand(program, context);
  addExportCommands(program, context);
  addVerifyCommand(program, context);
  addExplainCommand(program, context);
  addDoctorCommand(program, context);
  addHealthCommand(program, context);
  addCompletionCommand(program, context);
  try {
    await program.parseAsync([...argv]);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** cli: commands, flags, exit codes. Every command is a thin door to the other rooms. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ERRORS } from "../support/error-catalogue.ts";
import { type CommandContext, withExamples } from "./command.ts";
import { addBootstrapCommand } from "./commands/bootstrap.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConfigCommand } from "./commands/config.ts";
import { addConformanceCommand } from "./commands/conformance.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addExportCommands } from "./commands/export.ts";
import { addHealthCommand } from "./commands/health.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addProjectCommand } from "./commands/project.ts";
import { addStartCommand } from "./commands/start.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { addWatchCommand } from "./commands/watch.ts";
import { endWithoutReaders } from "./terminal/end-without-readers.ts";
import { EXIT, EXIT_CODES } from "./terminal/exit-codes.ts";
import { processTerminal } from "./terminal/terminal.ts";

function readVersion(): string {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}

/** All commands; the help of each, the completion scripts and their tests are read off it. */
export function createProgram(context: CommandContext): Command {
  const program = new Command("flagsmith-flagd")
    .description("Flagsmith as the management UI of flagd: pushes every Flagsmith environment to flagd.")
    .version(context.version)
    .showHelpAfterError("(add --help for usage)")
    .exitOverride();
  withExamples(program, ["flagsmith-flagd demo", "flagsmith-flagd start --help", "flagsmith-flagd doctor"]);
  const codes = EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n");
  const errors = Object.keys(ERRORS).join(", ");
  program.addHelpText("after", `Exit codes:\n${codes}\n\nErrors begin with a code: ${errors}.\n`);
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
  addConformanceCommand(program, context);
  addHealthCommand(program, context);
  addCompletionCommand(program, context);
  return program;
}

/** Runs one command line (`argv` as Node gives it) and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  endWithoutReaders();
  const program = createProgram({
    terminal: processTerminal,
    env: process.env,
    version: readVersion(),
    exit: (code) => {
      process.exitCode = code;
    },
  });
  try {
    await program.parseAsync([...argv]);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** cli: commands, flags, exit codes. Every command is a thin door to the other rooms. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ERRORS } from "../support/error-catalogue.ts";
import { addBootstrapCommand } from "./bootstrap.ts";
import { type CommandContext, withExamples } from "./command.ts";
import { addCompletionCommand } from "./completion.ts";
import { addConfigCommand } from "./config.ts";
import { addConformanceCommand } from "./conformance.ts";
import { addDemoCommand } from "./demo.ts";
import { addDoctorCommand } from "./doctor.ts";
import { endWithoutReaders } from "./end-without-readers.ts";
import { EXIT, EXIT_CODES } from "./exit-codes.ts";
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

import { Argument, type Command, type Option } from "commander";
import type { CommandContext } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import {
  type CommandWords,
  completionScript,
  type OptionTakes,
  SHELLS,
  type Shell,
} from "./completion-scripts.ts";

/** The names of what options take say it: `<file>`, `<folder>`. */
function takenBy({ flags, required, optional }: Option): OptionTakes {
  if (!required && !optional) return "nothing";
  return /<(?:file|folder)>/.test(flags) ? "file" : "value";
}

/** Every command with what may follow it, read off the program itself, so that none can be forgotten. */
function wordsOf(command: Command, path: readonly string[] = []): CommandWords[] {
  const subcommands = command.commands.map((sub) => ({ name: sub.name(), help: sub.description() }));
  const help = command.createHelp();
  const options = help.visibleOptions(command).flatMap((option) =>
    option.long == null
      ? []
      : [
          {
            name: option.long,
            help: option.description,
            takes: takenBy(option),
            values: option.argChoices ?? [],
          },
        ],
  );
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const inner = command.commands.flatMap((sub) => wordsOf(sub, [...path, sub.name()]));
  return [{ path, subcommands, choices, options }, ...inner];
}

/** `completion`: prints a script that a shell reads. */
export function addCompletionCommand(program: Command, context: CommandContext): void {
  program
    .command("completion")
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      [
        "\nExamples:",
        "  flagsmith-flagd completion bash > /etc/bash_completion.d/flagsmith-flagd",
        '  flagsmith-flagd completion zsh > "$' + '{fpath[1]}/_flagsmith-flagd"',
        "  flagsmith-flagd completion fish > ~/.config/fish/completions/flagsmith-flagd.fish\n",
      ].join("\n"),
    )
    .action((shell: Shell) => {
      context.terminal.answer(completionScript(shell, program.name(), wordsOf(program)));
      context.exit(EXIT.ok);
    });
}

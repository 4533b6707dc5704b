import type { Command } from "commander";
import { createProgram } from "../../../src/cli/program.ts";
import { progressOn } from "../../../src/cli/terminal/progress.ts";
import type { Terminal } from "../../../src/cli/terminal/terminal.ts";

/** A terminal that keeps what is written. */
export function keepingTerminal(colours = false): Terminal & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    answer: (text) => void lines.push(text),
    say: (text) => void lines.push(text),
    colours,
    progress: progressOn({ write: () => undefined }),
  };
}

/** One command with the words that lead to it. */
export interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

function within(command: Command, path: readonly string[]): NamedCommand[] {
  const inner = command.commands.flatMap((sub) => within(sub, [...path, sub.name()]));
  return [{ name: path.join(" "), command }, ...inner];
}

/** The program itself (its name is empty) and every command of it. */
export const COMMANDS: readonly NamedCommand[] = within(
  createProgram({
    terminal: keepingTerminal(),
    env: {},
    version: "0",
    exit: () => undefined,
  }),
  [],
);

/** What `--help` prints, with what was added to it. */
export function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

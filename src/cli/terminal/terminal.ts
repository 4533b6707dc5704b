/** terminal: what all commands share at the edge of the process: output, colours, signals, exit codes. */
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { EXIT } from "./exit-codes.ts";
import { wantsColours } from "./paint.ts";
import { type Progress, progressOn } from "./progress.ts";

/** Where a command writes: answers to standard output, all else to standard error. */
export interface Terminal {
  answer(text: string): void;
  say(text: string): void;
  /** Whether the answer goes to a person's screen, where colours help. */
  readonly colours: boolean;
  /** What is being done, on standard error, for as long as it lasts. */
  readonly progress: Progress;
}

function terminalOf(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  const progress = progressOn(stderr);
  const writeTo = (stream: NodeJS.WriteStream) => (text: string) => {
    progress.clear();
    stream.write(`${text}\n`);
  };
  return {
    answer: writeTo(stdout),
    say: writeTo(stderr),
    colours: wantsColours(stdout, process.env),
    progress,
  };
}

/** The process' own streams. */
export const processTerminal: Terminal = terminalOf(process.stdout, process.stderr);

/** Says what went wrong in one line, with what to do, and never a stack; returns the exit code. */
export function reportFailure(terminal: Terminal, thrown: unknown): number {
  if (thrown instanceof FlagsmithFlagdError) {
    terminal.say(`flagsmith-flagd: ${thrown.code}: ${thrown.message}. ${thrown.advice}`);
    return thrown.code === "CONFIG_INVALID" ? EXIT.usage : EXIT.failed;
  }
  terminal.say(`flagsmith-flagd: ${messageOf(thrown)}`);
  return EXIT.failed;
}

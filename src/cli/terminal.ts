import { FlagsmithFlagdError, messageOf } from "../support/errors.ts";
import { EXIT } from "./exit-codes.ts";

/** Where a command writes: answers to standard output, all else to standard error. */
export interface Terminal {
  answer(text: string): void;
  say(text: string): void;
  /** Whether the answer goes to a person's screen, where colours help. */
  readonly colours: boolean;
}

/** The process' own streams. */
export const processTerminal: Terminal = {
  answer: (text) => void process.stdout.write(`${text}\n`),
  say: (text) => void process.stderr.write(`${text}\n`),
  colours: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR,
};

/** Says what went wrong in one line, with what to do, and never a stack; returns the exit code. */
export function reportFailure(terminal: Terminal, thrown: unknown): number {
  if (thrown instanceof FlagsmithFlagdError) {
    terminal.say(`flagsmith-flagd: ${thrown.code}: ${thrown.message}. ${thrown.advice}`);
    return thrown.code === "CONFIG_INVALID" ? EXIT.usage : EXIT.failed;
  }
  terminal.say(`flagsmith-flagd: ${messageOf(thrown)}`);
  return EXIT.failed;
}

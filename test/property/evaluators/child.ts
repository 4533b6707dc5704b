import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Text } from "../expectation.ts";
import { answerText, type Evaluator } from "./evaluator.ts";

/** A long-lived process that answers every line of JSON with one line of JSON, in order. */
export interface Child {
  ask(question: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the process; its standard error goes to ours only if it dies. */
export function startChild(command: string, args: readonly string[]): Child {
  const child: ChildProcess = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
  const waiting: { resolve(line: unknown): void; reject(error: Error): void }[] = [];
  let complaint = "";
  let ended = false;
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${command}: no pipes`);
  stderr.on("data", (data: Buffer) => {
    complaint = `${complaint}${data.toString()}`.slice(-4000);
  });
  stdin.on("error", () => undefined);
  createInterface({ input: stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  const finished = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      ended = true;
      for (const { reject } of waiting.splice(0)) reject(new Error(`${command} ${reason}: ${complaint}`));
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code) => end(`ended with ${code}`));
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(new Error(`${command} has ended: ${complaint}`));
          return;
        }
        waiting.push({ resolve, reject });
        stdin.write(`${JSON.stringify(question)}\n`);
      }),
    close: () => {
      stdin.end();
      return finished;
    },
  };
}

/** An evaluator in another process: `[flag][context]` of `{"v": value}`, `{"d": 1}` (default) or `{"e": "message"}`. */
export function childEvaluator(name: string, child: Child): Evaluator {
  return {
    name,
    answers: async ({ document, flags, contexts }) => {
      const answers = (await child.ask({ document, flags, contexts })) as readonly (readonly ChildAnswer[])[];
      return answers.map((ofFlag) => ofFlag.map(childText));
    },
    close: () => child.close(),
  };
}

/** A child that is started anew after so many questions, for a library that never gives its memory back. */
export function renewed(start: () => Child, most: number): Child {
  let child = start();
  let asked = 0;
  return {
    async ask(question) {
      if (asked === most) {
        await child.close();
        child = start();
        asked = 0;
      }
      asked += 1;
      return await child.ask(question);
    },
    close: () => child.close(),
  };
}

interface ChildAnswer {
  readonly v?: unknown;
  readonly e?: string;
}

function childText({ v, e }: ChildAnswer): Text {
  return e === undefined ? answerText(v) : `error: ${e}`;
}

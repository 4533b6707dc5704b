import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process of the bench, which answers questions. */
export interface Child {
  readonly pid: number;
  /** Asks and waits for the answer; rejects with what the process threw, or if it ends first. */
  ask<Answer>(question: string, argument?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** Milliseconds that a process may take to end, which includes writing a profile. */
const STOP_LIMIT_MS = 10_000;

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Starts `<name>.js` of this folder in a process of its own. Memory can be collected on demand. */
export function startChild(name: string, environment: Readonly<Record<string, string>> = {}): Child {
  return startScript(new URL(`./${name}.js`, import.meta.url), environment);
}

/** The same for a script elsewhere. */
export function startScript(script: URL, environment: Readonly<Record<string, string>> = {}): Child {
  const child: ChildProcess = fork(fileURLToPath(script), [], {
    execArgv: ["--expose-gc", ...(process.env.BENCH_NODE_ARGS?.split(" ") ?? [])],
    env: { ...process.env, ...environment },
    serialization: "advanced",
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  child.on("message", (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => {
    for (const [id, settle] of waiting) settle({ id, error: `${script.pathname} ended` });
  });
  return {
    pid: child.pid ?? 0,
    ask: <Answer>(question: string, argument?: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, ({ answer, error }) =>
          error === undefined ? resolve(answer as Answer) : reject(new Error(error)),
        );
        child.send({ id: lastId, question, argument });
      }),
    async stop() {
      child.disconnect();
      const limit = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

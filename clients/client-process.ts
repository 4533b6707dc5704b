import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import { pause } from "../bench/measure.ts";
import type { Answer, Context, Question, SeenEvent } from "./protocol.ts";
import type { Program } from "./recipes/recipe.ts";

/** Where a client program finds the server, and its key. */
export interface Place {
  readonly port: number;
  readonly key: string;
}

/** What a program is asked at once: every question for every context. */
export interface Asked {
  readonly questions: readonly Question[];
  readonly contexts: readonly Context[];
}

const STOP_LIMIT_MS = 5_000;
const LOOK_EVERY_MS = 5;

/** A client program that runs. */
export class ClientProcess {
  readonly events: SeenEvent[] = [];
  readonly startedAtMs = Date.now();
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answers: readonly (readonly Answer[])[] | undefined) => void>();
  #lastId = 0;
  #ended = false;
  readonly #end: Promise<void>;

  /** Starts the program; all that it writes beside the protocol is appended to `logFile`. */
  constructor(program: Program, place: Place, logFile: string) {
    const [command = "", ...args] = program.command;
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", openSync(logFile, "a")],
      env: {
        ...process.env,
        ...program.environment,
        SERVER_HOST: "127.0.0.1",
        SERVER_PORT: String(place.port),
        ENVIRONMENT_KEY: place.key,
      },
    });
    this.#end = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true;
        for (const settle of this.#waiting.values()) settle(undefined);
        resolve();
      };
      this.#child.once("close", end).once("error", end);
    });
    this.#child.stdin?.on("error", () => undefined);
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(line));
    }
  }

  /** Whether the program has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What it answers; `undefined` if it ended instead. */
  async evaluate(asked: Asked): Promise<readonly (readonly Answer[])[] | undefined> {
    if (this.#ended) return undefined;
    this.#lastId += 1;
    const id = this.#lastId;
    return await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin?.write(`${JSON.stringify({ id, ...asked })}\n`);
    });
  }

  /** When the first event after `fromMs` that fulfils the condition came; `undefined` if none did within the limit. */
  async event(
    condition: (event: SeenEvent) => boolean,
    limitMs: number,
    fromMs = 0,
  ): Promise<number | undefined> {
    const endMs = Date.now() + limitMs;
    for (;;) {
      const found = this.events.find((event) => event.atMs >= fromMs && condition(event));
      if (found !== undefined) return found.atMs;
      if (this.#ended || Date.now() > endMs) return undefined;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The names of the events since a moment, in order, without a row of equal ones. */
  namesSince(fromMs: number): readonly string[] {
    const names = this.events.filter(({ atMs }) => atMs >= fromMs).map(({ event }) => event);
    return names.filter((name, index) => name !== names[index - 1]);
  }

  /** Lets the program end; one that does not is killed. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#end;
    clearTimeout(limit);
  }

  #take(line: string): void {
    const atMs = Date.now();
    const told = parsed(line);
    if (told === undefined) return;
    if (told.event !== undefined) {
      this.events.push({ event: told.event, message: told.message ?? "", atMs });
    } else if (told.id !== undefined) {
      this.#waiting.get(told.id)?.(told.answers);
      this.#waiting.delete(told.id);
    }
  }
}

interface Told {
  readonly id?: number;
  readonly answers?: readonly (readonly Answer[])[];
  readonly event?: SeenEvent["event"];
  readonly message?: string;
}

/** A library may write to standard output, too. */
function parsed(line: string): Told | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Told;
  } catch {
    return undefined;
  }
}

import { write } from "node:fs";
import { codeOf } from "../support/errors.ts";

/** A reader that stalls must not fill the memory: beyond so many characters lines are dropped, and counted. */
const MOST_WAITING = 8_000_000;

/** What is written at once. */
const MOST_AT_ONCE = 65_536;

/** A pipe or socket that takes no more is asked again after so long. */
const BUSY_MS = 50;

const BUSY = new Set(["EAGAIN", "EBUSY"]);

/**
 * Where log lines go: never waited for, never a reason to stop serving, and never a reason not to end. pino's own
 * destination, when it is flushed at the end, tries for ever on a full disk or a pipe that nobody reads (sonic-boom 4.2).
 */
export class LogDestination {
  readonly #fd: number;
  #waiting: string[] = [];
  #length = 0;
  #dropped = 0;
  #writing = false;
  #flushed: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes one line with its end. */
  write(line: string): void {
    if (this.#length + line.length > MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#length += line.length;
    if (!this.#writing) this.#next();
  }

  /** Resolves when nothing waits any more. */
  flushed(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#flushed.push(resolve));
  }

  #next(): void {
    let text = "";
    let count = 0;
    for (const line of this.#waiting) {
      if (text !== "" && text.length + line.length > MOST_AT_ONCE) break;
      text += line;
      count += 1;
    }
    this.#waiting.splice(0, count);
    this.#length -= text.length;
    if (this.#dropped > 0) {
      text += `${JSON.stringify({ level: "warn", lines: this.#dropped, msg: "log lines were dropped" })}\n`;
      this.#dropped = 0;
    }
    this.#writing = text !== "";
    if (this.#writing) this.#put(Buffer.from(text));
    else for (const resolve of this.#flushed.splice(0)) resolve();
  }

  #put(bytes: Buffer): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error !== null && BUSY.has(codeOf(error) ?? "")) setTimeout(() => this.#put(bytes), BUSY_MS);
      else if (error === null && written < bytes.length) this.#put(bytes.subarray(written));
      else this.#next();
    });
  }
}

/** Wide enough to see it move. */
const BAR_WIDTH = 30;

/** Columns of a terminal that does not tell how wide it is, or says 0. */
const USUAL_COLUMNS = 80;

/** Back to the start of the line, and nothing behind it. */
const CLEAR = "\r\u001b[K";

/** The part of a stream that a passing line needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line that says what is being done, in the place of the last one; wiped out before anything else is written. */
export interface Progress {
  /** Whether anybody sees it. */
  readonly isShown: boolean;
  say(text: string): void;
  /** A bar for so much of a whole. */
  bar(what: string, done: number, total: number): void;
  clear(): void;
}

/** On a terminal only: a file or a pipe gets none of it. */
export function progressOn(stream: ProgressStream): Progress {
  const isShown = Boolean(stream.isTTY);
  let shown = "";
  const say = (text: string): void => {
    const line = text.slice(0, (stream.columns || USUAL_COLUMNS) - 1);
    if (!isShown || line === shown) return;
    stream.write(CLEAR + line);
    shown = line;
  };
  return {
    isShown,
    say,
    bar(what, done, total) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const full = Math.round(share * BAR_WIDTH);
      say(`${what} ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)} %`);
    },
    clear() {
      if (shown !== "") stream.write(CLEAR);
      shown = "";
    },
  };
}

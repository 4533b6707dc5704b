import { compareDocuments } from "../../model/compare-documents.ts";
import {
  diffDocuments,
  type FlagChange,
  readDocument,
  type SeenDocument,
} from "../../model/document-diff.ts";
import type { Clock } from "../../support/clock.ts";
import { type Paint, painter } from "../terminal/paint.ts";
import type { Terminal } from "../terminal/terminal.ts";

const SIGNS = { added: ["+", "green"], removed: ["-", "red"], changed: ["~", "yellow"] } as const;

/** Flagsmith takes names of two thousand characters. */
const MOST_NAME = 80;

/** How often a person is told that nothing has come, in milliseconds. */
const TELL_EVERY_MS = 1_000;

function describe({ flag, change, before, after, members }: FlagChange, paint: Paint): string {
  const [sign, colour] = SIGNS[change];
  const name = flag.length > MOST_NAME ? `${flag.slice(0, MOST_NAME - 1)}…` : flag;
  const what = before === after ? `${name}: ${after}` : `${name}: ${before} → ${after}`;
  const rest = members.length > 0 ? paint("dim", ` (${members.join(", ")})`) : "";
  return `  ${paint(colour, `${sign} ${what}`)}${rest}`;
}

interface Seen {
  readonly text: string;
  readonly document: SeenDocument;
}

/** By the texts, which also shows what a shared segment changed; another server than ours may send other than canonical ones. */
function changesBetween(before: Seen, after: Seen): readonly FlagChange[] {
  try {
    return compareDocuments(before.text, after.text);
  } catch {
    return diffDocuments(before.document, after.document);
  }
}

/** Writes what comes. */
export interface WatchReporter {
  pushed(text: string): void;
  interrupted(reason: string): void;
  stop(): void;
}

/** Writes each push as it comes: the first as a count, the others by what they changed; on a terminal with a line that lives. */
export function createWatchReporter(options: {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly target: string;
  readonly clock: Clock;
}): WatchReporter {
  const { terminal, json, target, clock } = options;
  const paint = painter(terminal.colours);
  const lastByFlagSet = new Map<string, Seen>();
  let pushes = 0;
  let lastMs = clock.now();
  let isOpen = false;
  let timer = clock.after(0, tell);

  function tell(): void {
    if (!terminal.progress.isShown) return;
    const seconds = Math.round((clock.now() - lastMs) / 1_000);
    const state = isOpen ? `following ${target}` : `connecting to ${target}`;
    const last =
      pushes === 0 ? "" : `, ${pushes} ${pushes === 1 ? "push" : "pushes"}, the last ${seconds} s ago`;
    terminal.progress.say(`${state}${last}; Ctrl-C ends`);
    timer = clock.after(TELL_EVERY_MS, tell);
  }

  function answer(seen: Seen, before: Seen | undefined): void {
    const { flagSetId, version, flags } = seen.document;
    const changes = before === undefined ? [] : changesBetween(before, seen);
    const receivedAt = new Date(clock.now()).toISOString();
    const bytes = Buffer.byteLength(seen.text);
    const first = before === undefined;
    if (json) {
      const head = { receivedAt, flagSetId, version, flags: flags.size, bytes, first };
      terminal.answer(JSON.stringify({ ...head, changes }));
      return;
    }
    const head = `${paint("dim", receivedAt.slice(11, 23))}  ${paint("bold", flagSetId)}  version ${version}  ${bytes} bytes`;
    const none = changes.length === 0 ? "  no flag answers otherwise" : "";
    terminal.answer(head + (first ? `  ${flags.size} flags` : none));
    for (const change of changes) terminal.answer(describe(change, paint));
  }

  return {
    pushed(text) {
      const seen = { text, document: readDocument(text) };
      const { flagSetId } = seen.document;
      const before = lastByFlagSet.get(flagSetId);
      lastByFlagSet.set(flagSetId, seen);
      pushes += 1;
      lastMs = clock.now();
      isOpen = true;
      answer(seen, before);
    },
    interrupted(reason) {
      isOpen = false;
      terminal.say(`the stream was interrupted (${reason}); opening it again`);
    },
    stop() {
      timer.cancel();
      terminal.progress.clear();
    },
  };
}

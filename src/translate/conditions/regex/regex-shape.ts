import type { Logic } from "../../../model/document.ts";
import { BOUND, within } from "../binding.ts";
import { and, not, or } from "../logic.ts";
import { FIRST, REST, stripped } from "../loop.ts";
import { isGap, literalOf, type OneCharacter, type Path, type Run, takes } from "./regex-atoms.ts";
import { endsAs, isLongerThan, isOneOf, startsAs } from "./regex-place.ts";

/** Runs and lines are followed over its square, the 2,000 characters that a trait may have in Flagsmith. */
const SIDE = 45;
/** The first that no class of the pattern holds pads the text, so that no `substr` leaves it. */
const PADS = ["~", "!", "|", "^", "#", "`", ";", "%"];
const LINE_BREAK = "\n";

/** The text that a path is held against. */
export interface Matched {
  /** An expression known to give text. */
  readonly text: Logic;
  /** May it hold line breaks? `.` takes none, and `$` also matches before one that ends the text. */
  readonly lines: boolean;
  /** Is the answer that narrows yes? */
  readonly negated: boolean;
}

/** What a path looks for, once a run in its middle has split it. */
interface Split {
  readonly head: readonly OneCharacter[];
  readonly run: Run | undefined;
  readonly tail: readonly OneCharacter[];
  readonly end: boolean;
}

type Running = Split & { readonly run: Run };

/**
 * The test of a text for one path of a pattern; `undefined` where none is exact. Literals become `===`, `starts_with`,
 * `ends_with` or `in`; classes one `in` per character; runs a loop (translation.md, Size). Line breaks as in Python.
 */
export function shapeOf(path: Path, matched: Matched): Logic | undefined {
  const split = splitPath(path);
  const pad = PADS.find((char) => !path.atoms.some(({ chars }) => chars?.includes(char)));
  if (split === undefined || pad === undefined || !isCountable(split)) return undefined;
  const { head, run, tail, end } = split;
  if (run === undefined) return startsAs(matched.text, head, { end, pad, lines: matched.lines });
  const running: Running = { ...split, run };
  if (!end) return onLine(running, matched, pad);
  if (isGap(run) && literalOf(tail) !== undefined) return gapToEnd(running, matched, pad);
  return runToEnd(running, matched, pad);
}

function splitPath({ atoms, end }: Path): Split | undefined {
  if (!end && atoms.at(-1)?.kind === "run") return undefined;
  const runs = atoms.filter((atom) => atom.kind === "run");
  if (runs.length > 1) return undefined;
  const [run] = runs;
  const at = run === undefined ? atoms.length : atoms.indexOf(run);
  const ones = (part: typeof atoms) => part.filter((atom) => atom.kind === "one");
  return { head: ones(atoms.slice(0, at)), run, tail: ones(atoms.slice(at + 1)), end };
}

/**
 * Places are counted in UTF-16 units or in characters, after the evaluator: characters beyond U+FFFF may only stand in a
 * literal that is compared as a whole. A line break in the pattern would mix with those that `.` and `$` look for.
 */
function isCountable({ head, run, tail, end }: Split): boolean {
  const ones = [...head, ...tail];
  const isBasic = (atoms: readonly OneCharacter[]) =>
    atoms.every(({ chars }) => chars === null || Array.from(chars).every((char) => char.length === 1));
  const isWholeHead = run === undefined && literalOf(head) !== undefined;
  const isWholeTail = run !== undefined && isGap(run) && literalOf(tail) !== undefined;
  if ((!isWholeHead && !isBasic(head)) || (!isWholeTail && !isBasic(tail))) return false;
  const takesBreak = (atoms: readonly OneCharacter[]) =>
    atoms.some((atom) => atom.chars !== null && takes(atom, LINE_BREAK));
  if (run === undefined) {
    const last = ones.slice(-1);
    return !(end && takesBreak(last)) && !(takesBreak(ones) && ones.some(({ chars }) => chars === null));
  }
  return !takesBreak(ones) && !(tail.length > 0 && takes(run, LINE_BREAK) && !run.excluded);
}

/** `.*` or `.+`, and then a literal on the same line. */
function onLine(split: Running, { text, lines, negated }: Matched, pad: string): Logic | undefined {
  const { head, run, tail } = split;
  const literal = literalOf(tail);
  if (!isGap(run) || literal === undefined) return undefined;
  const padded: Logic = { cat: [pad, text, pad, pad] };
  const hasBreak: Logic = { in: [LINE_BREAK, REST] };
  const line: Logic = {
    cat: [
      stripped({ cat: [pad, text, pad] }, { when: hasBreak, mayHold: hasBreak, side: SIDE, from: "end" }),
      pad,
      pad,
    ],
  };
  const behind: Logic = {
    substr: [
      lines ? { if: [{ in: [LINE_BREAK, text] }, line, padded] } : padded,
      head.length + 1 + run.least,
    ],
  };
  const holds: Logic = { in: [literal, lines ? BOUND : behind] };
  const isLine = negated || not({ in: [LINE_BREAK, BOUND] });
  return and(
    startsAs(text, head, { end: false, pad, lines }),
    run.least === 0 || isLongerThan(text, head.length),
    lines ? within(behind, and(holds, isLine)) : holds,
  );
}

/** `.*` or `.+`, and then a literal that ends the text. Only the text's last character may be a line break. */
function gapToEnd({ head, run, tail }: Running, { text, lines }: Matched, pad: string): Logic {
  const literal = literalOf(tail) ?? "";
  const rest: Logic = head.length === 0 ? text : { substr: [text, head.length] };
  const ends = (...all: readonly string[]) =>
    or(...all.map((one): Logic => one === "" || { ends_with: [rest, one] }));
  const onOneLine: Logic = not({ in: [LINE_BREAK, { substr: [text, 0, -1] }] });
  const isEmpty: Logic = head.length === 0 && literal === "" && run.least === 0 && { "===": [text, ""] };
  return or(
    isEmpty,
    and(
      startsAs(text, head, { end: false, pad, lines }),
      lines ? ends(literal, `${literal}${LINE_BREAK}`) : ends(literal),
      run.least === 0 || not(isOneOf(rest, lines ? [literal, `${literal}${LINE_BREAK}`] : [literal])),
      !lines || onOneLine,
    ),
  );
}

/** A run of a class and then characters that end the text, if need be before a line break. */
function runToEnd({ head, run, tail }: Running, { text, lines, negated }: Matched, pad: string): Logic {
  const takesBreak = tail.length === 0 && takes(run, LINE_BREAK);
  const whole: Logic =
    lines && !takesBreak
      ? { if: [{ ends_with: [text, LINE_BREAK] }, { substr: [text, 0, -1] }, text] }
      : text;
  const rest: Logic = head.length === 0 ? whole : { substr: [whole, head.length] };
  const middle: Logic = tail.length === 0 ? rest : { substr: [rest, 0, -tail.length] };
  return and(
    startsAs(whole, head, { end: false, pad, lines }),
    endsAs(rest, tail, pad),
    run.least === 0 || { "!==": [middle, ""] },
    runsOver(middle, run, { pad, negated }),
  );
}

function runsOver(
  middle: Logic,
  run: Run,
  { pad, negated }: { readonly pad: string; readonly negated: boolean },
): Logic {
  if (isGap(run)) return not({ in: [LINE_BREAK, middle] });
  if (run.excluded) return and(...Array.from(run.chars, (char) => not({ in: [char, middle] })));
  const isTaken: Logic = { in: [FIRST, run.chars] };
  const padded: Logic = { substr: [{ cat: [pad, middle, pad] }, 1] };
  const left = stripped(padded, { when: isTaken, mayHold: isTaken, side: SIDE, from: "start" });
  if (!negated) return { "===": [left, pad] };
  return within(left, or({ "===": [BOUND, pad] }, { in: [{ substr: [BOUND, 0, 1] }, run.chars] }));
}

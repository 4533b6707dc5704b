import type { Logic } from "../../model/document.ts";
import { and, not } from "./logic.ts";
import type { OneCharacter, Path, Run } from "./regex-atoms.ts";

/** A run is followed over so many characters; beyond, the answer that narrows. */
const LONGEST_RUN = 24;
/** The first that no class of the pattern holds pads the text, so that no `substr` leaves it. */
const PADS = ["~", "!", "|", "^", "#", "`", ";", "%"];

/** What a path looks for, once a run in its middle has split it. */
interface Split {
  readonly head: readonly OneCharacter[];
  readonly run: Run | undefined;
  readonly tail: readonly OneCharacter[];
  readonly end: boolean;
}

/**
 * The test of a text for one path of a pattern; `undefined` where none is exact. `text` is an expression known to give
 * text. Literals become `===`, `starts_with`, `ends_with` or `in`; classes one `in` per character
 * (translation.md, Size); `negated` says on which side to err for runs longer than those followed.
 */
export function shapeOf(path: Path, text: Logic, negated: boolean): Logic | undefined {
  const split = splitPath(path);
  if (split === undefined) return undefined;
  const { head, run, tail, end } = split;
  const pad = PADS.find((char) => !usedIn(path).includes(char));
  if (pad === undefined) return undefined;
  if (run === undefined) return startsAs(text, head, { end, pad });
  const begins = startsAs(text, head, { end: false, pad });
  const rest: Logic = head.length === 0 ? text : { substr: [text, head.length] };
  const literal = literalOf(tail);
  if (!end) {
    if (!isGap(run) || literal === undefined) return undefined;
    if (run.least === 0) return and(begins, { in: [literal, rest] });
    return and(begins, { "!==": [rest, ""] }, { in: [literal, { substr: [rest, 1] }] });
  }
  if (tail.some(({ chars }) => chars === null) && literal === undefined && tail[0]?.chars === null)
    return undefined;
  const ends = endsAs(rest, tail, pad);
  const middle: Logic = tail.length === 0 ? rest : { substr: [rest, 0, -tail.length] };
  return and(begins, ends, hasLeast(rest, run, tail), runsOver(middle, run, { pad, negated }));
}

function splitPath({ atoms, end }: Path): Split | undefined {
  const last = atoms.at(-1);
  if (last?.kind === "run" && (!end || isGap(last))) {
    if (last.least === 1 && !isGap(last) && last.excluded) return undefined;
    const one: OneCharacter = { kind: "one", chars: isGap(last) ? null : last.chars };
    const shorter = atoms.slice(0, -1);
    return splitPath({ atoms: last.least === 0 ? shorter : [...shorter, one], end: false });
  }
  const runs = atoms.filter((atom) => atom.kind === "run");
  if (runs.length > 1) return undefined;
  const [run] = runs;
  const at = run === undefined ? atoms.length : atoms.indexOf(run);
  const ones = (part: typeof atoms) => part.filter((atom) => atom.kind === "one");
  return { head: ones(atoms.slice(0, at)), run, tail: ones(atoms.slice(at + 1)), end };
}

function startsAs(
  text: Logic,
  atoms: readonly OneCharacter[],
  { end, pad }: { readonly end: boolean; readonly pad: string },
): Logic {
  const literal = literalOf(atoms);
  if (literal !== undefined) {
    if (end) return { "===": [text, literal] };
    return literal === "" || { starts_with: [text, literal] };
  }
  const pads = pad.repeat(atoms.length + 1);
  const padded: Logic = { cat: [pad, text, pads] };
  const after: Logic = { substr: [padded, atoms.length + 1] };
  const length: Logic = end
    ? { "===": [after, pads] }
    : atoms.at(-1)?.chars !== null || { ends_with: [after, pads] };
  return and(within(padded, and(...testsOf(atoms, 1))), length);
}

function endsAs(text: Logic, atoms: readonly OneCharacter[], pad: string): Logic {
  const literal = literalOf(atoms);
  if (literal !== undefined) return literal === "" || { ends_with: [text, literal] };
  const tests = testsOf(atoms, -atoms.length - 1);
  return within({ cat: [pad.repeat(atoms.length + 1), text, pad] }, and(...tests));
}

/** Is there at least one character for the run? Only asked once the tail is known to be there. */
function hasLeast(rest: Logic, run: Run, tail: readonly OneCharacter[]): Logic {
  if (run.least === 0) return true;
  const literal = literalOf(tail);
  if (literal !== undefined) return { "!==": [rest, literal] };
  return { "!==": [{ substr: [rest, 0, -tail.length] }, ""] };
}

function runsOver(
  middle: Logic,
  run: Run,
  { pad, negated }: { readonly pad: string; readonly negated: boolean },
): Logic {
  if (run.excluded) return and(...Array.from(run.chars, (char) => not({ in: [char, middle] })));
  const characters = Array.from(
    { length: LONGEST_RUN },
    (_, index): Logic => ({
      substr: [{ var: "" }, index + 1, 1],
    }),
  );
  const fits: Logic = { all: [{ merge: characters }, { in: [{ var: "" }, run.chars + pad] }] };
  const ends = negated || { "===": [{ substr: [{ var: "" }, LONGEST_RUN + 1, 1] }, pad] };
  return and(
    not({ in: [pad, middle] }),
    within({ cat: [pad, middle, pad.repeat(LONGEST_RUN + 1)] }, and(fits, ends)),
  );
}

/**
 * Binds an expression once, as `{"var": ""}`: `some` over `merge` works in all evaluators (facts/encodings.md, section 1).
 * flagd's own operators fail in there in JavaScript: they look for `$flagd` in what is bound.
 */
function within(expression: Logic, test: Logic): Logic {
  return test === true || { some: [{ merge: [expression] }, test] };
}

/** One test per class and one per stretch of literals, at fixed places of `{"var": ""}`. */
function testsOf(atoms: readonly OneCharacter[], start: number): readonly Logic[] {
  const tests: Logic[] = [];
  for (let index = 0; index < atoms.length; index += 1) {
    const from = index;
    let literal = "";
    while (atoms[index]?.chars?.length === 1) literal += atoms[index++]?.chars ?? "";
    if (literal !== "") {
      tests.push({ "===": [{ substr: [{ var: "" }, start + from, literal.length] }, literal] });
      index -= 1;
      continue;
    }
    const chars = atoms[index]?.chars;
    if (chars != null) tests.push({ in: [{ substr: [{ var: "" }, start + index, 1] }, chars] });
  }
  return tests;
}

function literalOf(atoms: readonly OneCharacter[]): string | undefined {
  if (atoms.some(({ chars }) => chars === null || Array.from(chars).length !== 1)) return undefined;
  return atoms.map(({ chars }) => chars ?? "").join("");
}

function isGap(run: Run): boolean {
  return run.excluded && run.chars === "";
}

function usedIn(path: Path): string {
  return path.atoms.map(({ chars }) => chars ?? "").join("");
}

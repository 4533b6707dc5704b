import type { Logic } from "../../../model/document.ts";
import { BOUND, within } from "../binding.ts";
import { and } from "../logic.ts";
import { literalOf, type OneCharacter } from "./regex-atoms.ts";

/** Around the characters that a text must begin with. */
export interface Surroundings {
  /** Must the text end behind them? */
  readonly end: boolean;
  /** A character that none of them takes. */
  readonly pad: string;
  /** May the text hold line breaks? */
  readonly lines: boolean;
}

/** Does the text begin with these characters? An end may be a line break that ends the text, as in Python. */
export function startsAs(text: Logic, atoms: readonly OneCharacter[], around: Surroundings): Logic {
  const { end, pad, lines } = around;
  const literal = literalOf(atoms);
  if (literal !== undefined) {
    if (end) return isOneOf(text, lines ? [literal, `${literal}\n`] : [literal]);
    return literal === "" || { starts_with: [text, literal] };
  }
  const pads = pad.repeat(atoms.length + 1);
  const padded: Logic = { cat: [pad, text, pads] };
  const behind: Logic = { substr: [BOUND, atoms.length + 1] };
  const ends: Logic = !end || isOneOf(behind, lines ? [pads, `\n${pads}`] : [pads]);
  const isLong: Logic = end || atoms.at(-1)?.chars !== null || isLongerThan(text, atoms.length - 1);
  return and(within(padded, and(...testsOf(atoms, 1), ends)), isLong);
}

/** Does the text end in these characters? */
export function endsAs(text: Logic, atoms: readonly OneCharacter[], pad: string): Logic {
  const literal = literalOf(atoms);
  if (literal !== undefined) return literal === "" || { ends_with: [text, literal] };
  const tests = testsOf(atoms, -atoms.length - 1);
  const isLong: Logic = atoms[0]?.chars !== null || isLongerThan(text, atoms.length - 1);
  return and(within({ cat: [pad.repeat(atoms.length + 1), text, pad] }, and(...tests)), isLong);
}

/** Has the text more characters? */
export function isLongerThan(text: Logic, length: number): Logic {
  return { "!==": [length === 0 ? "" : { substr: [text, 0, length] }, text] };
}

/** Is the text one of these? */
export function isOneOf(text: Logic, [first, ...others]: readonly [string, ...string[]]): Logic {
  return others.length === 0 ? { "===": [text, first] } : { in: [text, [first, ...others]] };
}

/** One test per class and one per stretch of literals, at fixed places of {@link BOUND}. */
function testsOf(atoms: readonly OneCharacter[], start: number): readonly Logic[] {
  const tests: Logic[] = [];
  for (let index = 0; index < atoms.length; index += 1) {
    const from = index;
    let literal = "";
    while (atoms[index]?.chars?.length === 1) literal += atoms[index++]?.chars ?? "";
    if (literal !== "") {
      tests.push({ "===": [{ substr: [BOUND, start + from, literal.length] }, literal] });
      index -= 1;
      continue;
    }
    const there: Logic = { substr: [BOUND, start + index, 1] };
    const chars = atoms[index]?.chars;
    tests.push(chars == null ? { "!==": [there, "\n"] } : { in: [there, chars] });
  }
  return tests;
}

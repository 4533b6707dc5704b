import type { Logic } from "../../model/document.ts";
import { and, not, or } from "./logic.ts";
import { FIRST, REST, times, walk } from "./loop.ts";
import { type Path, takes } from "./regex-atoms.ts";

const DIGITS = "0123456789";
const PAD = "~";
/** So many leading and trailing zeros are taken away. */
const MOST_ZEROS = 24;

/** Whole numbers of no more digits are printed alike by all evaluators. */
const MOST_DIGITS = 13;

/** A number-like text of no more characters has all its digits in print. */
const MOST_PLAIN = 16;

/** How far the print of a number has come, `1e+21` and `1e-05` included. */
type Stage = "start" | "sign" | "whole" | "dot" | "fraction" | "e" | "powerSign" | "power";

/** What may follow at each stage. */
const FOLLOWING: Readonly<Record<Stage, readonly (readonly [chars: string, stage: Stage])[]>> = {
  start: [
    ["-", "sign"],
    [DIGITS, "whole"],
  ],
  sign: [[DIGITS, "whole"]],
  whole: [
    [DIGITS, "whole"],
    [".", "dot"],
    ["e", "e"],
  ],
  dot: [[DIGITS, "fraction"]],
  fraction: [
    [DIGITS, "fraction"],
    ["e", "e"],
  ],
  e: [["+-", "powerSign"]],
  powerSign: [[DIGITS, "power"]],
  power: [[DIGITS, "power"]],
};
/** Where it may end. */
const COMPLETE: readonly Stage[] = ["whole", "fraction", "power"];

/** Could the path match a number's print, or the beginning of one? */
export function mayMatchNumber({ atoms, end }: Path): boolean {
  let stages = new Set<Stage>(["start"]);
  for (const atom of atoms) {
    const next = (from: ReadonlySet<Stage>) =>
      new Set([...from].flatMap((stage) => stagesAfter(stage, atom)));
    if (atom.kind === "one") {
      stages = next(stages);
      continue;
    }
    const reached = new Set(atom.least === 0 ? stages : []);
    for (let more = next(stages); [...more].some((stage) => !reached.has(stage)); more = next(more)) {
      for (const stage of more) reached.add(stage);
    }
    stages = reached;
  }
  return end ? COMPLETE.some((stage) => stages.has(stage)) : stages.size > 0;
}

function stagesAfter(stage: Stage, atom: Path["atoms"][number]): readonly Stage[] {
  return FOLLOWING[stage]
    .filter(([chars]) => Array.from(chars).some((char) => takes(atom, char)))
    .map(([, next]) => next);
}

/**
 * Flagsmith turns number-like text into a number and matches its print: `05` as `5`, `1.50` as `1.5`. Could that make a
 * difference? Not where a run takes all digits alike, or one that anything may follow.
 */
export function seesZeros({ atoms, end }: Path): boolean {
  const [first, ...others] = unsigned(atoms);
  if (first === undefined) return end;
  const takesNoDot = !takes(first, ".");
  const isEven = takesAll(first, DIGITS) && (takesNoDot || takesAll(first, ".e+-") || first.kind === "one");
  return others.length > 0 || !isEven || (first.kind === "one" && end);
}

/**
 * Does whatever spelling the path matches make it match the number's print, too? So it does where only runs take zeros,
 * which are as content with none.
 */
export function needsNoZeros({ atoms }: Path): boolean {
  return atoms.every(
    (atom) => !takes(atom, "0") || (atom.kind === "run" && atom.least === 0 && takesAll(atom, DIGITS)),
  );
}

/** The answer of such an even path for a number, by its value; `undefined` where its print decides. */
export function byValue({ atoms, end }: Path, attribute: Logic): Logic | undefined {
  const [first, ...others] = unsigned(atoms);
  const isSigned = first !== atoms[0];
  const hasSign: Logic = isSigned ? { "<": [attribute, 0] } : { ">=": [attribute, 0] };
  if (first === undefined) return end ? undefined : !isSigned || hasSign;
  if (others.length > 0 || !takesAll(first, DIGITS)) return undefined;
  if (takesAll(first, ".e+-")) return end && first.kind === "one" ? undefined : !isSigned || hasSign;
  if (takes(first, ".") || takes(first, "-")) return undefined;
  if (!end) return hasSign;
  return first.kind === "run" ? and(hasSign, isWhole(attribute)) : undefined;
}

/**
 * Can the path only match prints that all evaluators agree on? Every other print is longer, or has a dot, a sign or an
 * exponent.
 */
export function takesPlainOnly({ atoms, end }: Path): boolean {
  const isPlainAtom = (atom: Path["atoms"][number]): boolean =>
    atom.kind === "one" && Array.from(".e+-").every((char) => !takes(atom, char));
  return end && atoms.length <= MOST_DIGITS && atoms.every(isPlainAtom);
}

function unsigned(atoms: Path["atoms"]): Path["atoms"] {
  const [first] = atoms;
  return first?.kind === "one" && first.chars === "-" ? atoms.slice(1) : atoms;
}

function takesAll(atom: Path["atoms"][number], chars: string): boolean {
  return Array.from(chars).every((char) => takes(atom, char));
}

/** The print of the number that a number-like text stands for, if {@link isPlain}. */
export function printOfText(attribute: Logic): Logic {
  const from = (place: number): Logic => ({ substr: [REST, place, 1] });
  const isZero = (place: number): Logic =>
    and({ "===": [from(place), "0"] }, { in: [from(place + 1), DIGITS] });
  const left = walk({ cat: [attribute, PAD] }, times(MOST_ZEROS), [
    isZero(0),
    { substr: [REST, 1] },
    and({ "===": [FIRST, "-"] }, isZero(1)),
    { cat: ["-", { substr: [REST, 2] }] },
    { "===": [REST, `-0${PAD}`] },
    `0${PAD}`,
    and(
      { in: [".", REST] },
      { "===": [{ substr: [REST, -2] }, `0${PAD}`] },
      { "!==": [{ substr: [REST, -3] }, `.0${PAD}`] },
    ),
    { cat: [{ substr: [REST, 0, -2] }, PAD] },
    REST,
  ]);
  return { substr: [left, 0, -1] };
}

/** Has the number that the text stands for neither an exponent nor fewer digits in print? */
export function isPlain(attribute: Logic): Logic {
  const padding = PAD.repeat(MOST_PLAIN + 1);
  return or(
    not({ in: [".", attribute] }),
    and(
      { "===": [{ substr: [{ cat: [attribute, padding] }, MOST_PLAIN, 1] }, PAD] },
      not({ in: ["0.0000", attribute] }),
    ),
  );
}

/**
 * A number's print as Python's `str()`, if {@link isPrintable}. Java prints numbers from 10^7 on with an exponent, so it
 * gets the last six digits, which no zero leads, by themselves.
 */
export function printOfNumber(attribute: Logic): Logic {
  const last: Logic = { "%": [attribute, 1e6] };
  const digits: Logic = { substr: [{ cat: [{ "+": [last, 1e6] }] }, 1] };
  const above: Logic = { "/": [{ "-": [attribute, last] }, 1e6] };
  return { if: [{ "<": [attribute, 1e7] }, { cat: [attribute] }, { cat: [above, digits] }] };
}

/** Do all evaluators print the number alike? With decimals, Java only from a thousandth up to 10^7. */
export function isPrintable(attribute: Logic): Logic {
  const between = (low: number, high: number): Logic =>
    and({ ">=": [attribute, low] }, { "<": [attribute, high] });
  return {
    if: [isWhole(attribute), between(-9_999_999, 1e13), or(between(0.001, 1e7), between(-1e7, -0.0009))],
  };
}

function isWhole(attribute: Logic): Logic {
  return { "===": [{ "+": [{ "%": [attribute, 1] }, 0] }, 0] };
}

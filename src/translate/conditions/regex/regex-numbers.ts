import type { Logic } from "../../../model/document.ts";
import { and } from "../logic.ts";
import { matchesPath, type Path, takes, trimmed } from "./regex-atoms.ts";
import { isWhole } from "./regex-print.ts";

const DIGITS = "0123456789";
/** Whole numbers of no more digits are printed alike by all evaluators: up to 2^53. */
const MOST_DIGITS = 15;
/** No path of a pattern about numbers matches all of these. */
const TRIED = ["", "?", "@", "x", "-", "0"];

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

/** Is the path decided by the first digits, which no evaluator prints otherwise, wherever the print ends? */
export function needsBeginning({ atoms, end }: Path): boolean {
  return !end && atoms.length <= MOST_DIGITS && atoms.every(({ kind }) => kind === "one");
}

/** The path without an end that any print has: what may follow are all characters of a print. */
export function forPrints(path: Path): Path {
  const last = path.atoms.at(-1);
  const isOpen = path.end && last?.kind === "run" && takesAll(last, `${DIGITS}.e+-`);
  return isOpen ? { atoms: trimmed(path.atoms), end: false } : path;
}

/** Can the path match a print that begins with a minus? */
export function takesMinus({ atoms }: Path): boolean {
  const until = atoms.findIndex((atom) => atom.kind === "one" || atom.least === 1);
  return atoms.slice(0, until === -1 ? undefined : until + 1).some((atom) => takes(atom, "-"));
}

/** A text that one of the paths matches, or that none does; `undefined` where we know of none. */
export function standInFor(paths: readonly Path[], matching: boolean): string | undefined {
  const texts = matching ? paths.map(sampleOf) : TRIED;
  return texts.find((text) => paths.some((path) => matchesPath(path, text)) === matching);
}

/** The shortest text that the path matches, of digits where it takes some. */
function sampleOf({ atoms }: Path): string {
  const needed = atoms.filter((atom) => atom.kind === "one" || atom.least === 1);
  const taken = (atom: Path["atoms"][number]) =>
    Array.from(`${DIGITS}.-x${atom.chars ?? ""}`).find((char) => takes(atom, char));
  return needed.map((atom) => taken(atom) ?? "").join("");
}

function unsigned(atoms: Path["atoms"]): Path["atoms"] {
  const [first] = atoms;
  return first?.kind === "one" && first.chars === "-" ? atoms.slice(1) : atoms;
}

function takesAll(atom: Path["atoms"][number], chars: string): boolean {
  return Array.from(chars).every((char) => takes(atom, char));
}

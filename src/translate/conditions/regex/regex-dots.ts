import type { OneCharacter, Path } from "./regex-atoms.ts";

/** So many `.` are spelled out as a class. */
const MOST_DOTS = 8;
/** Printable ASCII without `~`, which is left to pad. */
const PRINTABLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(32 + index)).join("");

const DOT: OneCharacter = { kind: "one", chars: null };

/** What stands for a path whose `.` are counted. */
export interface Dotted {
  readonly paths: readonly Path[];
  /** Does it stand for less than Python's, or, below NONE, for more? */
  readonly narrowed: boolean;
}

/**
 * `.` takes one character in Python; JavaScript and Java hold one beyond U+FFFF for two. Where that shifts places, a
 * single `.` misses such characters, and more take only ASCII, so that nothing else matches by chance. Below NONE a
 * single one takes up to two. `undefined` where neither is sure to narrow.
 */
export function withDots(path: Path, negated: boolean): Dotted | undefined {
  const dots = path.atoms.filter((atom, index) => isDot(atom) && !isLast(path, index)).length;
  if (dots === 0) return { paths: [path], narrowed: false };
  if (negated) {
    if (dots > 1) return undefined;
    return { paths: [path, replaced(path, [DOT, DOT])], narrowed: true };
  }
  const shifts = path.atoms.some(
    (atom, index) =>
      (atom.kind === "run" && atom.least === 1 && atom.excluded) || (isDot(atom) && isLast(path, index)),
  );
  if (dots === 1 && !shifts) return { paths: [path], narrowed: true };
  if (dots > MOST_DOTS) return undefined;
  return { paths: [replaced(path, [{ kind: "one", chars: PRINTABLE }])], narrowed: true };
}

/** What follows the last one does not matter, so that it takes any character. */
function isLast({ atoms, end }: Path, index: number): boolean {
  return !end && index === atoms.length - 1;
}

function isDot(atom: Path["atoms"][number]): boolean {
  return atom.kind === "one" && atom.chars === null;
}

function replaced(path: Path, by: readonly OneCharacter[]): Path {
  const atoms = path.atoms.flatMap((atom, index): readonly Path["atoms"][number][] =>
    isDot(atom) && !isLast(path, index) ? by : [atom],
  );
  return { atoms, end: path.end };
}

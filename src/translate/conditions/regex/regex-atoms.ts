/** A part of a pattern that takes exactly one character: one of `chars`, or any (`.`) where that is `null`. */
export interface OneCharacter {
  readonly kind: "one";
  readonly chars: string | null;
}

/** `.*`, `[a-z]+`, `[^@]*`: a run of characters, each of `chars`, or none of `chars` where `excluded`. */
export interface Run {
  readonly kind: "run";
  readonly chars: string;
  readonly excluded: boolean;
  readonly least: 0 | 1;
}

/** One way through a pattern, without groups or alternatives. Python's `re.match` anchors its start. */
export interface Path {
  readonly atoms: readonly (OneCharacter | Run)[];
  /** Must the text end there? */
  readonly end: boolean;
}

/** A pattern as the list of ways through it. */
export interface Pattern {
  readonly paths: readonly Path[];
  /** A class reaches beyond ASCII in Python (`\w`, `\d`); here it stands for less, so the pattern may only narrow. */
  readonly narrowed: boolean;
}

/** Does the path match this text? Exact after Python's rules, `$` before a final line break included. */
export function matchesPath(path: Path, text: string): boolean {
  const source = path.atoms.map((atom) => {
    if (atom.kind === "one") return atom.chars === null ? "[^\\n]" : characterClass(atom.chars, false);
    const runClass =
      atom.excluded && atom.chars === "" ? "[^\\n]" : characterClass(atom.chars, atom.excluded);
    return runClass + (atom.least === 0 ? "*" : "+");
  });
  return new RegExp(`^${source.join("")}${path.end ? "(?=\\n?$)" : ""}`, "u").test(text);
}

/** Does the run take whatever `.` takes? */
export function isGap(run: Run): boolean {
  return run.excluded && run.chars === "";
}

/** Where anything may follow, a run at the end needs as many characters as it must have: none, or one. */
export function trimmed(atoms: Path["atoms"]): Path["atoms"] {
  const last = atoms.at(-1);
  if (last?.kind !== "run") return atoms;
  const others = atoms.slice(0, -1);
  if (last.least === 0) return trimmed(others);
  if (last.excluded && !isGap(last)) return atoms;
  return [...others, { kind: "one", chars: isGap(last) ? null : last.chars }];
}

/** Is this character one that the atom takes? */
export function takes(atom: OneCharacter | Run, char: string): boolean {
  if (atom.chars === null || (atom.kind === "run" && isGap(atom))) return char !== "\n";
  return atom.chars.includes(char) !== (atom.kind === "run" && atom.excluded);
}

/** The text that a sequence of atoms spells, if each takes one character only. */
export function literalOf(atoms: readonly (OneCharacter | Run)[]): string | undefined {
  const chars = atoms.map((atom) => (atom.kind === "one" ? atom.chars : null));
  return chars.every((char) => char !== null && Array.from(char).length === 1) ? chars.join("") : undefined;
}

function characterClass(chars: string, excluded: boolean): string {
  const escaped = Array.from(chars, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return `[${excluded ? "^" : ""}${escaped.join("")}]`;
}

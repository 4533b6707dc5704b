import { type OneCharacter, type Path, type Pattern, type Run, trimmed } from "./regex-atoms.ts";
import { parseClass, SHORTHANDS } from "./regex-class.ts";

const MOST_PATHS = 64;
const MOST_ATOMS = 64;

type Atom = OneCharacter | Run | { readonly kind: "start" | "end" };
type Sequence = readonly Atom[];

/** Thrown within the parser only: the pattern has no equivalent that we know. */
class Unsupported extends Error {}

/**
 * Reads the part of Python's regular expressions that has an exact equivalent (translation.md, Conditions, REGEX):
 * literals, classes, groups, alternatives, repetition of fixed length, and runs. `undefined` for all else.
 */
export function parsePattern(source: string): Pattern | undefined {
  const parser = new PatternParser(Array.from(source));
  try {
    return { paths: parser.parse().map(toPath), narrowed: parser.narrowed };
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class PatternParser {
  narrowed = false;
  readonly #source: readonly string[];
  #at = 0;

  constructor(source: readonly string[]) {
    this.#source = source;
  }

  parse(): readonly Sequence[] {
    const sequences = this.#alternatives();
    if (this.#at < this.#source.length) throw new Unsupported();
    return sequences;
  }

  #alternatives(): readonly Sequence[] {
    const all = [...this.#sequence()];
    while (this.#take("|")) all.push(...this.#sequence());
    return limited(all);
  }

  #sequence(): readonly Sequence[] {
    let done: readonly Sequence[] = [[]];
    while (this.#at < this.#source.length && this.#peek() !== "|" && this.#peek() !== ")") {
      done = joined(done, this.#repeated(this.#item()));
    }
    return done;
  }

  #item(): readonly Sequence[] {
    const char = this.#next();
    if (char === "(") return this.#group();
    if (char === "[") return [[this.#classItem()]];
    if (char === ".") return [[{ kind: "one", chars: null }]];
    if (char === "^") return [[{ kind: "start" }]];
    if (char === "$") return [[{ kind: "end" }]];
    if (char === "\\") return [[this.#escape()]];
    if ("*+?{}".includes(char)) throw new Unsupported();
    return [[{ kind: "one", chars: char }]];
  }

  #group(): readonly Sequence[] {
    if (this.#take("?") && !this.#take(":")) throw new Unsupported();
    const inner = this.#alternatives();
    if (!this.#take(")")) throw new Unsupported();
    return inner;
  }

  #classItem(): Atom {
    const parsed = parseClass(this.#source, this.#at);
    if (parsed === undefined) throw new Unsupported();
    this.#at = parsed.next;
    this.narrowed ||= parsed.narrowed;
    if (!parsed.excluded) return { kind: "one", chars: parsed.chars };
    const quantifier = this.#peek();
    if (quantifier !== "*" && quantifier !== "+") throw new Unsupported();
    this.#at += 1;
    this.#laziness();
    return { kind: "run", chars: parsed.chars, excluded: true, least: quantifier === "+" ? 1 : 0 };
  }

  #escape(): Atom {
    const char = this.#next();
    const shorthand = SHORTHANDS.get(char);
    if (shorthand) {
      this.narrowed ||= shorthand.narrowed;
      return { kind: "one", chars: shorthand.chars };
    }
    if (/[A-Za-z0-9]/.test(char)) throw new Unsupported();
    return { kind: "one", chars: char };
  }

  #repeated(item: readonly Sequence[]): readonly Sequence[] {
    const quantifier = this.#peek();
    if (quantifier === "?") {
      this.#at += 1;
      this.#laziness();
      return limited([...item, []]);
    }
    if (quantifier === "*" || quantifier === "+") {
      this.#at += 1;
      this.#laziness();
      return [[run(item, quantifier === "+" ? 1 : 0)]];
    }
    return quantifier === "{" ? this.#counted(item) : item;
  }

  #counted(item: readonly Sequence[]): readonly Sequence[] {
    const rest = this.#source.slice(this.#at).join("");
    const match = /^\{([0-9]{1,2})(?:(,)([0-9]{1,2})?)?\}/.exec(rest);
    if (!match) throw new Unsupported();
    this.#at += match[0].length;
    this.#laziness();
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === undefined ? undefined : Number(match[3]);
    const fixed = Array.from({ length: least }).reduce<readonly Sequence[]>((all) => joined(all, item), [[]]);
    if (most === undefined) return joined(fixed, [[run(item, 0)]]);
    const all = [...fixed];
    let longer = fixed;
    for (let count = least; count < most; count += 1) {
      longer = joined(longer, item);
      all.push(...longer);
    }
    return limited(all);
  }

  /** Lazy or greedy: the same texts match. */
  #laziness(): void {
    if (this.#take("?")) return;
    if (["*", "+", "{"].includes(this.#peek() ?? "")) throw new Unsupported();
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #next(): string {
    const char = this.#peek();
    if (char === undefined) throw new Unsupported();
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}

function run(item: readonly Sequence[], least: 0 | 1): Run {
  const [atom, ...more] = item.length === 1 ? (item[0] ?? []) : [];
  if (atom?.kind !== "one" || more.length > 0) throw new Unsupported();
  return { kind: "run", chars: atom.chars ?? "", excluded: atom.chars === null, least };
}

function joined(left: readonly Sequence[], right: readonly Sequence[]): readonly Sequence[] {
  return limited(left.flatMap((head) => right.map((tail) => [...head, ...tail])));
}

function limited(sequences: readonly Sequence[]): readonly Sequence[] {
  if (sequences.length > MOST_PATHS) throw new Unsupported();
  if (sequences.some((sequence) => sequence.length > MOST_ATOMS)) throw new Unsupported();
  return sequences;
}

/** Anchors in the middle never match, or only around line breaks: unsupported. */
function toPath(sequence: Sequence): Path {
  const first = sequence.findIndex((atom) => atom.kind !== "start");
  const started = first === -1 ? [] : sequence.slice(first);
  const end = started.findIndex((atom) => atom.kind === "end");
  const body = end === -1 ? started : started.slice(0, end);
  const after = end === -1 ? [] : started.slice(end);
  const atoms = body.filter((atom) => atom.kind === "one" || atom.kind === "run");
  if (atoms.length !== body.length || after.some((atom) => atom.kind !== "end")) throw new Unsupported();
  return end === -1 ? { atoms: trimmed(atoms), end: false } : { atoms, end: true };
}

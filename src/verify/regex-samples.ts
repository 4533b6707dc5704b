/** So many texts of one pattern are plenty. */
const MOST_SAMPLES = 6;

interface Drawn {
  readonly text: string;
  readonly groups: readonly string[];
}

/**
 * Texts that a regular expression should match: each alternative, each optional part with and without, the first
 * character of each class. A guess, not a parser: which of them match is for the engines to say.
 */
export function regexSamples(pattern: string): readonly string[] {
  const reader = { pattern, at: 0 };
  const drawn = alternatives(reader, [{ text: "", groups: [] }]);
  return [...new Set(drawn.map(({ text }) => text))].slice(0, MOST_SAMPLES);
}

interface Reader {
  readonly pattern: string;
  at: number;
}

function alternatives(reader: Reader, before: readonly Drawn[]): readonly Drawn[] {
  const all: Drawn[] = [];
  do all.push(...sequence(reader, before));
  while (take(reader, "|"));
  return all.slice(0, MOST_SAMPLES * MOST_SAMPLES);
}

function sequence(reader: Reader, before: readonly Drawn[]): readonly Drawn[] {
  let drawn = before;
  while (reader.at < reader.pattern.length && !"|)".includes(reader.pattern[reader.at] ?? "")) {
    const start = reader.at;
    const once = item(reader, drawn);
    drawn = repeated(reader, { start, before: drawn, once }).slice(0, MOST_SAMPLES * MOST_SAMPLES);
  }
  return drawn;
}

/** Counted items are read again as often as they must come. */
function repeated(
  reader: Reader,
  { start, before, once }: { start: number; before: readonly Drawn[]; once: readonly Drawn[] },
): readonly Drawn[] {
  if (take(reader, "?") || take(reader, "*")) {
    take(reader, "?");
    return [...once, ...before];
  }
  if (take(reader, "+")) {
    take(reader, "?");
    return once;
  }
  const counted = /^\{(\d{1,2})(?:,\d*)?\}/.exec(reader.pattern.slice(reader.at));
  if (counted === null) return once;
  const end = reader.at + counted[0].length;
  let drawn = Number(counted[1]) === 0 ? before : once;
  for (let count = 1; count < Number(counted[1]); count += 1) {
    reader.at = start;
    drawn = item(reader, drawn);
  }
  reader.at = end;
  return drawn;
}

function item(reader: Reader, before: readonly Drawn[]): readonly Drawn[] {
  const char = reader.pattern[reader.at] ?? "";
  reader.at += 1;
  switch (char) {
    case "(":
      return group(reader, before);
    case "[":
      return append(before, characterOfClass(reader));
    case "\\":
      return escaped(reader, before);
    case "^":
    case "$":
      return before;
    case ".":
      return append(before, "x");
    default:
      return append(before, char);
  }
}

function group(reader: Reader, before: readonly Drawn[]): readonly Drawn[] {
  const kind = /^\?(?:[:=!]|<[=!]|P?<\w+>)/.exec(reader.pattern.slice(reader.at))?.[0];
  if (kind !== undefined) reader.at += kind.length;
  const inner = alternatives(reader, [{ text: "", groups: [] }]);
  take(reader, ")");
  if (kind !== undefined && /[=!]$/.test(kind)) return before;
  const captures = kind !== "?:";
  return before.flatMap(({ text, groups }) =>
    inner.map((part) => ({
      text: text + part.text,
      groups: [...groups, ...(captures ? [part.text] : []), ...part.groups],
    })),
  );
}

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ["d", "5"],
  ["w", "a"],
  ["s", " "],
  ["D", "x"],
  ["W", "-"],
  ["S", "x"],
]);

function escaped(reader: Reader, before: readonly Drawn[]): readonly Drawn[] {
  const char = reader.pattern[reader.at] ?? "";
  reader.at += 1;
  if (/[1-9]/.test(char)) {
    return before.map(({ text, groups }) => ({ text: text + (groups[Number(char) - 1] ?? ""), groups }));
  }
  if ("bBAZz".includes(char)) return before;
  return append(before, SHORTHANDS.get(char) ?? char);
}

function characterOfClass(reader: Reader): string {
  const body = /^(\^?)(\]?(?:\\.|[^\]\\])*)\]?/.exec(reader.pattern.slice(reader.at));
  reader.at += body?.[0].length ?? 0;
  const [, negated, members = ""] = body ?? [];
  if (negated === "^") return ["x", "5", " ", "~"].find((char) => !members.includes(char)) ?? "x";
  return members.startsWith("\\")
    ? (SHORTHANDS.get(members[1] ?? "") ?? members[1] ?? "")
    : (members[0] ?? "");
}

function append(before: readonly Drawn[], more: string): readonly Drawn[] {
  return before.map(({ text, groups }) => ({ text: text + more, groups }));
}

function take(reader: Reader, char: string): boolean {
  if (reader.pattern[reader.at] !== char) return false;
  reader.at += 1;
  return true;
}

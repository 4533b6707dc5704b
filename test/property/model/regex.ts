/**
 * Python's `re.match` of a pattern on a text, by JavaScript's regular expressions where both mean the same; `undefined`
 * where that is not certain (inline flags, backreferences, invalid patterns …): then only the engine itself knows.
 */
export function pythonMatch(pattern: string, text: string): boolean | undefined {
  const translated = toJavaScript(pattern);
  if (translated === undefined) return undefined;
  try {
    return new RegExp(`^(?:${translated})`, "u").test(text);
  } catch {
    return undefined;
  }
}

const END_OF_TEXT = "(?![\\s\\S])";
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["d", "\\p{Nd}"],
  ["D", "\\P{Nd}"],
  ["w", "[\\p{L}\\p{N}_]"],
  ["s", "\\s"],
  ["S", "\\S"],
  ["t", "\\t"],
  ["n", "\\n"],
]);
const INSIDE_CLASS: ReadonlyMap<string, string> = new Map([...CLASSES, ["w", "\\p{L}\\p{N}_"]]);

function toJavaScript(pattern: string): string | undefined {
  const out: string[] = [];
  const characters = Array.from(pattern);
  let index = 0;
  while (index < characters.length) {
    const character = characters[index] ?? "";
    const next = characters[index + 1];
    if (character === "\\") {
      const escaped = escapeOf(next, CLASSES);
      if (escaped === undefined) return undefined;
      out.push(escaped);
      index += 2;
    } else if (character === "[") {
      const inner = classAt(characters, index);
      if (inner === undefined) return undefined;
      out.push(inner.text);
      index = inner.next;
    } else if (character === "{") {
      const [repeat] = /^\{[0-9]+(?:,[0-9]*)?\}/.exec(characters.slice(index).join("")) ?? [];
      if (repeat === undefined || /[+?*{]/.test(characters[index + repeat.length] ?? "")) return undefined;
      out.push(repeat);
      index += repeat.length;
    } else {
      const plain = plainOf(character, next, characters[index + 2]);
      if (plain === undefined) return undefined;
      out.push(plain);
      index += 1;
    }
  }
  return out.join("");
}

function plainOf(character: string, next?: string, afterNext?: string): string | undefined {
  switch (character) {
    case "$":
      return `(?=\\n?${END_OF_TEXT})`;
    case ".":
      return "[^\\n]";
    case "(":
      return next === "?" && afterNext !== ":" ? undefined : character;
    case "*":
    case "+":
    case "?":
      return next === "+" || next === "*" || next === "{" ? undefined : character;
    case "}":
      return undefined;
    case "]":
      return undefined;
    default:
      return character;
  }
}

function escapeOf(character: string | undefined, classes: ReadonlyMap<string, string>): string | undefined {
  if (character === undefined) return undefined;
  if (character === "A") return "^";
  if (character === "Z") return END_OF_TEXT;
  const known = classes.get(character);
  if (known !== undefined) return known;
  return /[A-Za-z0-9]/.test(character) ? undefined : literal(character);
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A class of plain characters, ranges and the common escapes. */
function classAt(characters: readonly string[], start: number): { text: string; next: number } | undefined {
  let index = start + 1;
  const negated = characters[index] === "^";
  if (negated) index += 1;
  const first = index;
  const out: string[] = [];
  while (index < characters.length) {
    const character = characters[index] ?? "";
    if (character === "]" && index > first)
      return { text: `[${negated ? "^" : ""}${out.join("")}]`, next: index + 1 };
    if (character === "]" || character === "[" || character === "&" || character === "|") return undefined;
    if (character === "\\") {
      const escaped = escapeOf(characters[index + 1], INSIDE_CLASS);
      if (escaped === undefined || escaped === "^" || escaped === END_OF_TEXT) return undefined;
      out.push(escaped);
      index += 2;
    } else {
      out.push(character === "-" && isRange(characters, index, first) ? "-" : literal(character));
      index += 1;
    }
  }
  return undefined;
}

function isRange(characters: readonly string[], index: number, first: number): boolean {
  return index > first && characters[index + 1] !== "]";
}

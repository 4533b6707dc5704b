const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

/** The characters of a shorthand. */
export interface Shorthand {
  readonly chars: string;
  /** Python's class has more than these. */
  readonly narrowed: boolean;
}

/** All that Python's `str.isspace()` takes. */
const SPACES =
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
  "\u2028\u2029\u202f\u205f\u3000";

/** `\d` and `\w` by their ASCII members: Python's take the digits and letters of all scripts. `\s` is complete. */
export const SHORTHANDS: ReadonlyMap<string, Shorthand> = new Map([
  ["d", { chars: DIGITS, narrowed: true }],
  ["w", { chars: `${LETTERS}${DIGITS}_`, narrowed: true }],
  ["s", { chars: SPACES, narrowed: false }],
]);

/** A class such as `[a-z]` or `[^@]`. */
export interface CharacterClass {
  readonly chars: string;
  readonly excluded: boolean;
  readonly narrowed: boolean;
  /** The index after its closing bracket. */
  readonly next: number;
}

/** Reads the class whose opening bracket is just before `start`; `undefined` for what we do not translate. */
export function parseClass(source: readonly string[], start: number): CharacterClass | undefined {
  const excluded = source[start] === "^";
  const chars = new Set<string>();
  let narrowed = false;
  let at = excluded ? start + 1 : start;
  const first = at;
  for (;;) {
    const item = readItem(source, at);
    if (item === undefined) return undefined;
    if (item.closes && at > first) break;
    at = item.next;
    if (item.shorthand) {
      narrowed ||= item.shorthand.narrowed;
      for (const char of item.shorthand.chars) chars.add(char);
      continue;
    }
    const last = source[at] === "-" && source[at + 1] !== "]" ? readItem(source, at + 1) : undefined;
    if (last === undefined) {
      chars.add(item.char);
      continue;
    }
    if (last.shorthand || !addRange(chars, item.char, last.char)) return undefined;
    at = last.next;
  }
  const complete = chars.size > 0 && !(excluded && narrowed);
  return complete ? { chars: [...chars].join(""), excluded, narrowed, next: at + 1 } : undefined;
}

interface ClassItem {
  readonly char: string;
  readonly shorthand: Shorthand | undefined;
  readonly closes: boolean;
  readonly next: number;
}

function readItem(source: readonly string[], at: number): ClassItem | undefined {
  const char = source[at];
  if (char === undefined || char === "[") return undefined;
  if (char !== "\\") return { char, shorthand: undefined, closes: char === "]", next: at + 1 };
  const escaped = source[at + 1];
  if (escaped === undefined) return undefined;
  const shorthand = SHORTHANDS.get(escaped);
  if (!shorthand && /[A-Za-z0-9]/.test(escaped)) return undefined;
  return { char: escaped, shorthand, closes: false, next: at + 2 };
}

/** Ranges beyond U+024F would make lists too long. */
function addRange(chars: Set<string>, from: string, to: string): boolean {
  const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  if (last < first || last > 0x24f || first < 32) return false;
  for (let code = first; code <= last; code += 1) chars.add(String.fromCharCode(code));
  return true;
}

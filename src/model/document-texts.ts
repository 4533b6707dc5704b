const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

/** Where the text after the string that begins at `at` goes on. */
function afterString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  throw new SyntaxError("a string without an end");
}

/** Where the text after the value that begins at `at` goes on. */
function afterValue(text: string, at: number): number {
  let depth = 0;
  let next = at;
  while (next < text.length) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) {
      next = afterString(text, next);
      continue;
    }
    if (code === OPEN || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE || code === CLOSE_LIST) {
      if (depth === 0) return next;
      depth -= 1;
    } else if (code === COMMA && depth === 0) return next;
    next += 1;
  }
  throw new SyntaxError("a value without an end");
}

/** The members of one of the document's own members, as texts; none if the document has no such member. */
function membersOf(text: string, name: "$evaluators" | "flags"): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  const start = `"${name}":{`;
  let at = 1;
  while (!text.startsWith(start, at)) {
    at = afterValue(text, afterString(text, at) + 1) + 1;
    if (at >= text.length) return members;
  }
  at += start.length;
  while (text.charCodeAt(at) === QUOTE) {
    const valueAt = afterString(text, at) + 1;
    const end = afterValue(text, valueAt);
    members.set(JSON.parse(text.slice(at, valueAt - 1)), text.slice(valueAt, end));
    at = end + 1;
  }
  return members;
}

/** A canonical document, cut into the texts of its flags and of the targeting that flags share. */
export interface DocumentTexts {
  readonly flags: ReadonlyMap<string, string>;
  readonly evaluators: ReadonlyMap<string, string>;
}

/**
 * Cuts a canonical document (no blanks) without parsing its flags: of 1,000 one has changed as a rule, and to parse and
 * compare the others would hold up a push.
 *
 * @throws SyntaxError of anything that is no such document
 */
export function cutDocument(text: string): DocumentTexts {
  return { evaluators: membersOf(text, "$evaluators"), flags: membersOf(text, "flags") };
}

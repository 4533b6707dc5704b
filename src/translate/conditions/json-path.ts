const MEMBER = /^\.([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)/;
const QUOTED = /^\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/;
const INDEX = /^\[\s*-?[0-9]+\s*\]/;
const COMPLEX = /^(?:\.\.|\.\*|\[\s*[*?:0-9'"-])/;

/**
 * The names that a JSONPath walks (RFC 9535): plain members, `.name` or `['name']`. `unsupported`: a valid path of
 * another kind (wildcards, filters, descendants). `unparsable`: Flagsmith then takes the whole text for a trait's name
 * (facts/flagsmith.md, section 9).
 */
export function parseJsonPath(text: string): readonly string[] | "unsupported" | "unparsable" {
  const names: string[] = [];
  let rest = text.slice(1);
  while (rest !== "") {
    const match = MEMBER.exec(rest) ?? QUOTED.exec(rest) ?? INDEX.exec(rest);
    if (!match) return COMPLEX.test(rest) ? "unsupported" : "unparsable";
    names.push(unescaped(match[1] ?? match[2] ?? match[3] ?? match[0]));
    rest = rest.slice(match[0].length);
  }
  return names;
}

function unescaped(name: string): string {
  return name.replace(/\\(['"\\/])/g, "$1");
}

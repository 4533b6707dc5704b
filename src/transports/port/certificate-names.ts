/** One alternative name; Node quotes a value that could be mistaken for more than one (CVE-2021-44532). */
const NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/**
 * The URIs and DNS names (in lower case) of a certificate, from what Node says of its subject alternative names. A text that
 * cannot be read to its end gives none.
 */
export function certificateNames(subjectAltName: string | undefined): readonly string[] {
  const text = subjectAltName ?? "";
  const names: string[] = [];
  NAME.lastIndex = 0;
  for (let read = 0; read < text.length; read = NAME.lastIndex) {
    const [, kind, value = ""] = NAME.exec(text) ?? [];
    if (kind === undefined) return [];
    const plain = unquoted(value);
    if (plain === undefined) return [];
    if (kind === "URI") names.push(plain);
    if (kind === "DNS") names.push(plain.toLowerCase());
  }
  return names;
}

function unquoted(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return undefined;
  }
}

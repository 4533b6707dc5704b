/** Shorter ones could stand in any message by chance. */
const SHORTEST_KEY = 12;

/** A key that looks like this one and that nobody has: servers may look at the form of a key before they look it up. */
export function unknownKeyLike(key: string): string {
  const dot = key.indexOf(".");
  const zeros = key.slice(0, dot + 1) + key.slice(dot + 1).replace(/[a-z0-9]/gi, "0");
  return zeros.length < SHORTEST_KEY || zeros === key ? `${zeros}-known-to-nobody` : zeros;
}

/** The header that carries a key: `authorization` as a bearer, others as it is. */
export function keyHeader(name: string, key: string): Readonly<Record<string, string>> {
  const header = name.toLowerCase();
  return { [header]: header === "authorization" ? `Bearer ${key}` : key };
}

/**
 * FNV-1a with 32 bits over UTF-16 code units, in at most seven characters of base 36: tells a few hundred names apart, no
 * more (translation.md, Document: same input, same bytes).
 */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

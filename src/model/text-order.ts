/** Compares by UTF-16 code units, so that equal input gives equal bytes under every locale (translation.md, Document). */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

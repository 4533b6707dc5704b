/**
 * Gives `base`, or `base-2`, `base-3` … where that is taken (translation.md, Document). Remembers how far it came: ten
 * thousand identifiers may leave one slug.
 */
export function freeNames(taken: { has(name: string): boolean }): (base: string) => string {
  const suffixes = new Map<string, number>();
  return (base) => {
    let suffix = suffixes.get(base) ?? 1;
    const name = () => (suffix === 1 ? base : `${base}-${suffix}`);
    while (taken.has(name())) suffix += 1;
    suffixes.set(base, suffix);
    return name();
  };
}

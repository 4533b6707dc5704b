/** How many letters must change to make one word of the other. */
function distance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...left].entries()) {
    const line = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const change = (above[column] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(change, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[right.length] ?? right.length;
}

/** The names most like what was typed, nearest first: for a message that helps. All if nothing is near, up to `most`. */
export function nearNames(typed: string, names: readonly string[], most = 5): readonly string[] {
  const wanted = typed.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const ranked = names
    .map((name) => ({
      name,
      away: name.toLowerCase().includes(wanted) ? 0 : distance(wanted, name.toLowerCase()),
    }))
    .sort((left, right) => left.away - right.away);
  const near = ranked.filter(({ away }) => away <= limit);
  return (near.length > 0 ? near : ranked).slice(0, most).map(({ name }) => name);
}

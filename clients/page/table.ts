/** A Markdown table; the first column is text, numbers are for the reader of the source as well. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Milliseconds as seconds with one digit; from a tenth of a second on. */
export function seconds(ms: number | null): string {
  if (ms === null) return "**never**";
  return ms < 100 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Yes or no. */
export function yes(is: boolean): string {
  return is ? "yes" : "**no**";
}

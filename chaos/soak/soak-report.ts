import { type SoakRecord, type SoakVerdict, settledSamples } from "./verdicts.ts";

const MB = 2 ** 20;
const MOST_ROWS = 24;

/** Every so many rows, so that a long soak fits on a screen; the first and the last are among them. */
function thinned<Row>(rows: readonly Row[]): readonly Row[] {
  const step = Math.max(1, Math.ceil(rows.length / MOST_ROWS));
  return rows.filter((_, index) => index % step === 0 || index === rows.length - 1);
}

/** A soak as Markdown: how it went, then what had to be so. */
export function soakMarkdown(record: SoakRecord, verdicts: readonly SoakVerdict[]): string {
  const megabytes = (bytes: number): string => (bytes / MB).toFixed(1);
  const [firstSettled] = settledSamples(record);
  const rows = thinned(record.samples).map(({ seconds, memory, streams, crowd }) => {
    const { TCPSocketWrap: sockets = 0, timers = 0 } = memory.resources;
    const warm = firstSettled !== undefined && seconds < firstSettled.seconds ? " (warm-up)" : "";
    return (
      `| ${seconds.toFixed(0)}${warm} | ${streams} | ${megabytes(memory.heapUsed)} | ${megabytes(memory.external)} | ` +
      `${megabytes(memory.rss)} | ${sockets} | ${timers} | ${crowd.opened} | ${crowd.messages} |`
    );
  });
  return [
    "| seconds | streams | heap (MB) | external (MB) | resident (MB) | sockets | timers | streams begun so far | messages |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
    "",
    ...verdicts.map(
      ({ what, measured, limit, met }) => `- ${met ? "met" : "**missed**"}: ${what}: ${measured} (${limit})`,
    ),
  ].join("\n");
}

/** Delays that grow from `baseMs` to `capMs`; the upper half of each is random, so that many do not come at once. */
export function backoffDelayMs(
  attempt: number,
  options: { readonly baseMs: number; readonly capMs: number; readonly random: () => number },
): number {
  const full = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * options.random());
}

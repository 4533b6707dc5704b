/** Java multiplies each weight by 100 within 31 bits (seen: no bucket at 10^9), so 100 % is at most 10^7. */
const MOST_DECIMALS = 5;

/**
 * How many decimals a percentage needs as a whole weight: 33.3 needs one, so 333 of 1000. flagd gives up the whole
 * operator at a decimal (translation.md, Multivariate and percentages); what needs more decimals is rounded.
 */
export function decimalsOf(percentage: number): number {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals += 1) {
    if (Number(percentage.toFixed(decimals)) === percentage) return decimals;
  }
  return MOST_DECIMALS;
}

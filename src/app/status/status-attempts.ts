import { FailureGate } from "../../access/failure-gate.ts";
import type { Config } from "../../config/options.ts";
import type { Clock } from "../../support/clock.ts";

/**
 * Slows who tries one status token after another. Apart from the sync port's gate: whoever fails there, behind the same
 * address, must not keep an operator from looking.
 */
export function statusAttempts(
  { failureBurst, failuresPerMinute }: Pick<Config, "failureBurst" | "failuresPerMinute">,
  clock: Clock,
  onSlowed: () => void,
): FailureGate {
  return new FailureGate({
    burst: failureBurst,
    perMinute: failuresPerMinute,
    nowMs: () => clock.monotonicMs(),
    onSlowed,
  });
}

import type { Clock, Timer } from "../../support/clock.ts";

/** How old streams may grow. */
export interface MaxAge {
  readonly ms: number;
  /** 0 to 1: streams that were opened in one instant must not come back in one instant. */
  readonly random: () => number;
}

/** The part of the age by which the ends of two streams may differ, either way. */
const JITTER = 0.1;

/** Calls when a stream that begins now is too old; without a limit never. */
export function afterMaxAge(clock: Clock, maxAge: MaxAge | undefined, call: () => void): Timer | undefined {
  if (maxAge === undefined) return undefined;
  return clock.after(maxAge.ms * (1 - JITTER + 2 * JITTER * maxAge.random()), call);
}

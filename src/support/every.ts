import type { Clock, Timer } from "./clock.ts";

/** Calls again and again, `ms` after the last call each time; returns what stops it. */
export function every(clock: Clock, ms: number, call: () => void): () => void {
  let timer: Timer;
  const arm = (): void => {
    timer = clock.after(ms, () => {
      arm();
      call();
    });
  };
  arm();
  return () => timer.cancel();
}

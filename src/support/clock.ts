/** support: small tools that know no noun of ours. They import nothing of the project. */

/** A pending call, to be cancelled. */
export interface Timer {
  cancel(): void;
}

/** The only way that the project asks for time: tests hand in one that they turn by hand. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never jump, for durations. */
  monotonicMs(): number;
  /** Calls once after `delayMs`; delays above 24.8 days are honoured (Node alone would fire them at once). */
  after(delayMs: number, call: () => void): Timer;
}

/** Node's `setTimeout` takes a signed 32-bit number of milliseconds; above it fires after 1 ms (measured, Node 20.20). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. Timers do not keep the process alive on their own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, call) {
    let left = Math.max(0, delayMs);
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const stepMs = Math.min(left, LONGEST_TIMER_MS);
      left -= stepMs;
      handle = setTimeout(() => (left > 0 ? arm() : call()), stepMs);
      handle.unref();
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};

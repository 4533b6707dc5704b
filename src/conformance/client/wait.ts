import type { Clock } from "../../support/clock.ts";

/** Lets others look again whenever something happened. */
export class Happenings {
  readonly #lookers = new Set<() => void>();

  /** Something happened. */
  tell(): void {
    for (const look of [...this.#lookers]) look();
  }

  /** Resolves with what `look` finds, now or after something happened; with `undefined` if that takes longer than `withinMs`. */
  until<Found>(
    look: () => Found | undefined,
    { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
  ): Promise<Found | undefined> {
    return new Promise((resolve) => {
      const settle = (found: Found | undefined): void => {
        this.#lookers.delete(again);
        timer.cancel();
        resolve(found);
      };
      const again = (): void => {
        const found = look();
        if (found !== undefined) settle(found);
      };
      const timer = clock.after(withinMs, () => settle(undefined));
      this.#lookers.add(again);
      again();
    });
  }
}

/** Resolves after so many milliseconds. It keeps the process alive: the suite has to end with a report. */
export async function pause(clock: Clock, ms: number): Promise<void> {
  await new Happenings().until(() => undefined, { clock, withinMs: ms });
}

/** chaos: breaks a running system on purpose and looks whether anybody ever saw something wrong. */
import type { World } from "./world.ts";
import type { WriterMode } from "./writer/writer.ts";

/** What a fault did. */
export interface Injection {
  /** How often. */
  readonly injected: number;
  /** When it was over, epoch milliseconds: from here on recovery is measured. */
  readonly endedAtMs: number;
  /** What did not happen that ought to have, as sentences. */
  readonly complaints: readonly string[];
}

/** One way of breaking things. */
export interface Fault {
  /** For `--only`, and named in docs/reliability.md. */
  readonly name: string;
  readonly title: string;
  /**
   * What is written meanwhile. `single` where a series that is cut in the middle stays half done in the database: it is
   * then right to show it.
   */
  readonly writes: WriterMode;
  /** Everybody must hold the truth again so long after the end, ms. */
  readonly recoverWithinMs: number;
  /** Too slow for CI. */
  readonly fullOnly?: boolean;
  /** Breaks something and mends it again; may pause the writer shortly before the end, so that the end is the last event. */
  run(world: World): Promise<Injection>;
}

/** An injection that ends now. */
export function over(injected: number, complaints: readonly string[] = []): Injection {
  return { injected, endedAtMs: Date.now(), complaints };
}

/** Looks until something is so, ms; false if it was not within the limit. */
export async function within(limitMs: number, look: () => Promise<boolean> | boolean): Promise<boolean> {
  const endMs = Date.now() + limitMs;
  while (!(await look())) {
    if (Date.now() > endMs) return false;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return true;
}

/** Says what was expected if it was not so. */
export function complaint(met: boolean, expected: string): readonly string[] {
  return met ? [] : [expected];
}

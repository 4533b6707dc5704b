import { messageOf } from "../support/errors.ts";
import { Bench } from "./bench.ts";
import type { Phase, Requirement } from "./requirement.ts";
import type { Settings } from "./settings.ts";
import { NotApplicable } from "./verdict.ts";

/** How a check ended. */
export type Outcome = "passed" | "failed" | "skipped";

/** What became of one requirement. */
export interface Result {
  readonly requirement: Requirement;
  readonly outcome: Outcome;
  /** What was seen; of a failure what was wrong, of a skipped one why. */
  readonly detail: string;
  readonly tookMs: number;
}

async function judge(requirement: Requirement, bench: Bench): Promise<Result> {
  const { clock } = bench.settings;
  const beganMs = clock.monotonicMs();
  const result = (outcome: Outcome, detail: string): Result => ({
    requirement,
    outcome,
    detail,
    tookMs: clock.monotonicMs() - beganMs,
  });
  try {
    return result("passed", await requirement.check(bench));
  } catch (thrown) {
    return result(thrown instanceof NotApplicable ? "skipped" : "failed", messageOf(thrown));
  }
}

/**
 * Checks requirements against a server; the results come in the order of the requirements. It never rejects.
 *
 * @param onResult is told how many of them have one.
 */
export async function runSuite(
  requirements: readonly Requirement[],
  settings: Settings,
  onResult: (done: number) => void = () => undefined,
): Promise<Result[]> {
  const bench = new Bench(settings);
  const results = new Map<Requirement, Result>();
  const check = async (requirement: Requirement): Promise<void> => {
    results.set(requirement, await judge(requirement, bench));
    onResult(results.size);
  };
  const of = (phase: Phase): readonly Requirement[] => requirements.filter((each) => each.phase === phase);
  const sideBySide = (phase: Phase) => Promise.all(of(phase).map(check));
  const oneByOne = async (phase: Phase): Promise<void> => {
    for (const requirement of of(phase)) await check(requirement);
  };
  try {
    await oneByOne("opening");
    const background = sideBySide("background");
    await sideBySide("quiet");
    await oneByOne("changes");
    await background;
    await oneByOne("ending");
    await oneByOne("balance");
  } finally {
    bench.close();
  }
  return requirements.flatMap((requirement) => results.get(requirement) ?? []);
}

import type { Feature } from "../../model/environment.ts";
import type { TranslationWarning } from "../../model/warning.ts";
import { type FailureListener, failureFinding } from "../failure.ts";
import type { FeaturePlan } from "../feature/feature.ts";
import type { FeatureScope } from "../feature/feature-scope.ts";
import type { Finding } from "../segment.ts";
import type { SegmentUse } from "../shared/evaluators.ts";
import type { Part, PartTable, PartUse } from "../shared/part-table.ts";
import { FeatureSteps, type FinishedFlag, finishedFlag, type RenderedFlag } from "./feature-steps.ts";
import { LastResult } from "./last-result.ts";

/** What became of a feature; without `finished` it is left out. */
export interface TranslatedFeature {
  readonly name: string;
  readonly finished: FinishedFlag | undefined;
  readonly warnings: readonly TranslationWarning[];
}

/**
 * One feature on its way into one document after another, step by step (see {@link FeatureSteps}). Where a step throws,
 * the flag stays as it was when all steps last went well, or is left out if they never did: its neighbours get through.
 */
export class FeatureTranslation {
  readonly #steps = new FeatureSteps();
  readonly #alone = new LastResult<FinishedFlag>();
  readonly #translated = new LastResult<TranslatedFeature>();
  #feature: Feature;
  #planned: FeaturePlan | undefined;
  #rendered: RenderedFlag | undefined;
  #failure: { readonly thrown: unknown } | undefined;
  #good: FeaturePlan | undefined;
  #reported: Feature | undefined;

  constructor(feature: Feature) {
    this.#feature = feature;
  }

  /** The feature as it is now; the steps follow. */
  begin(feature: Feature): void {
    this.#failure = undefined;
    this.#feature = feature;
  }

  /** First step, for {@link FeatureSteps.plan}. @returns the segments that the flag may refer to. */
  plan(scope: FeatureScope, settings: string): readonly SegmentUse[] {
    const feature = this.#feature;
    this.#planned = this.#attempt(() => this.#steps.plan(feature, scope, settings));
    return this.#planned?.segmentUses ?? [];
  }

  /** Second step, when shared segments have names. @returns the parts of its rule that could be shared. */
  render(names: ReadonlyMap<number, string>, table: PartTable): readonly PartUse[] {
    const planned = this.#planned;
    this.#rendered = planned && this.#attempt(() => this.#steps.render(planned, names, table));
    return this.#rendered?.uses ?? [];
  }

  /** Third step, when shared parts have names too. */
  finish(names: ReadonlyMap<Part, string>, onFailure: FailureListener): TranslatedFeature {
    const [planned, rendered] = [this.#planned, this.#rendered];
    const finished = rendered && this.#attempt(() => this.#steps.finish(rendered, names));
    if (finished === undefined || planned === undefined) return this.#failed(onFailure);
    this.#good = planned;
    return this.#translated.of([planned, finished], () => {
      const { name } = planned.feature;
      return { name, finished, warnings: warningsOf(name, planned.findings) };
    });
  }

  #attempt<Result>(step: () => Result): Result | undefined {
    if (this.#failure !== undefined) return undefined;
    try {
      return step();
    } catch (thrown) {
      this.#failure = { thrown };
      return undefined;
    }
  }

  #failed(onFailure: FailureListener): TranslatedFeature {
    const feature = this.#feature;
    const thrown = this.#failure?.thrown;
    const { id, name } = feature;
    if (this.#reported !== feature) onFailure({ what: "feature", id, name, thrown });
    this.#reported = feature;
    return this.#lastGood(name, thrown);
  }

  /** References of an earlier document may lead nowhere in this one, so all is written out. */
  #lastGood(name: string, thrown: unknown): TranslatedFeature {
    const good = this.#good;
    try {
      if (good !== undefined) {
        const render = () =>
          finishedFlag(
            name,
            good.render(() => undefined),
          );
        const finished = this.#alone.of([good, name], render);
        const findings = [failureFinding(thrown, "left as it was before it changed"), ...good.findings];
        return { name, finished, warnings: warningsOf(name, findings) };
      }
    } catch {
      // A flag that was fine with references may be too deep without.
    }
    return { name, finished: undefined, warnings: warningsOf(name, [failureFinding(thrown, "left out")]) };
  }
}

const NO_WARNINGS: readonly TranslationWarning[] = [];

function warningsOf(name: string, findings: readonly Finding[]): readonly TranslationWarning[] {
  return findings.length === 0 ? NO_WARNINGS : findings.map((finding) => ({ ...finding, feature: name }));
}

import { canonicalJson } from "../../model/canonical-json.ts";
import type { FlagdFlag, Logic } from "../../model/document.ts";
import type { Feature } from "../../model/environment.ts";
import { type FeaturePlan, planFeature } from "../feature/feature.ts";
import type { FeatureScope } from "../feature/feature-scope.ts";
import type { Part, PartTable, PartUse } from "../shared/part-table.ts";
import { partUses, visitUses, withReferences } from "../shared/part-uses.ts";
import { utf8Bytes } from "../size.ts";
import { LastResult } from "./last-result.ts";

/** A flag that refers to shared segments, with the parts of its rule that could be shared too. */
export interface RenderedFlag {
  readonly name: string;
  readonly flag: FlagdFlag;
  readonly uses: readonly PartUse[];
}

/** A flag as it goes into the document. */
export interface FinishedFlag {
  readonly name: string;
  readonly flag: FlagdFlag;
  /** Name and flag as a member of `flags`, in canonical JSON. */
  readonly member: string;
  /** How many bytes `member` takes in UTF-8. */
  readonly bytes: number;
}

/**
 * The three steps from a feature to its flag, between which all features are looked at together for what they share. A
 * step is done again only if something that it depends on is another than the last time. Each throws only for a bug.
 */
export class FeatureSteps {
  readonly #planned = new LastResult<FeaturePlan>();
  readonly #rendered = new LastResult<RenderedFlag>();
  readonly #finished = new LastResult<FinishedFlag>();
  /** The same by all names together: those of other flags' parts make no difference, but mostly none changes. */
  readonly #finishedWith = new LastResult<FinishedFlag>();

  /** @param settings a text that is equal for equal settings of `scope`. */
  plan(feature: Feature, scope: FeatureScope, settings: string): FeaturePlan {
    const segments = feature.segmentOverrides.map(({ segmentId }) => scope.segment(segmentId));
    return this.#planned.of([feature, settings, ...segments], () => planFeature(feature, scope));
  }

  /** @param names of shared segments, by id. */
  render(plan: FeaturePlan, names: ReadonlyMap<number, string>, table: PartTable): RenderedFlag {
    const references = plan.segmentUses.map(({ segment }) => names.get(segment.id));
    return this.#rendered.of([plan, table, ...references], () => {
      const flag = plan.render((id) => names.get(id));
      return { name: plan.feature.name, flag, uses: partUses(flag.targeting, table) };
    });
  }

  /** @param names of shared parts. */
  finish(rendered: RenderedFlag, names: ReadonlyMap<Part, string>): FinishedFlag {
    const { name, flag, uses } = rendered;
    if (uses.length === 0) return this.#finished.of([rendered], () => finishedFlag(name, flag));
    return this.#finishedWith.of([rendered, names], () => {
      const places = placesOf(uses, names);
      return this.#finished.of([rendered, ...[...places].flat()], () => finishedFlag(name, flag, places));
    });
  }
}

/** @param places objects of the flag's rule that are written as references. */
export function finishedFlag(
  name: string,
  flag: FlagdFlag,
  places: ReadonlyMap<Logic, string> = NOWHERE,
): FinishedFlag {
  const { targeting } = flag;
  const finished =
    places.size === 0 || targeting === undefined
      ? flag
      : { ...flag, targeting: withReferences(targeting, places) };
  const member = `${JSON.stringify(name)}:${canonicalJson(finished)}`;
  return { name, flag: finished, member, bytes: utf8Bytes(member) };
}

const NOWHERE: ReadonlyMap<Logic, string> = new Map();

/** The objects that stand for a part with a name, and in no other such part. */
function placesOf(uses: readonly PartUse[], names: ReadonlyMap<Part, string>): ReadonlyMap<Logic, string> {
  const places = new Map<Logic, string>();
  visitUses(uses, ({ part, logic }) => {
    const name = names.get(part);
    if (name !== undefined) places.set(logic, name);
    return name !== undefined;
  });
  return places;
}

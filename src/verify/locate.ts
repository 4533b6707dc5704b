import type { Condition, EnvironmentSnapshot, Feature, Segment, SegmentRule } from "../model/environment.ts";
import { overrideOf, segmentsInOrder } from "./decision-order.ts";
import type { FlagsmithAnswer } from "./flagsmith-engine.ts";
import { drawsLots } from "./percentage.ts";
import type { Person } from "./person.ts";
import { createSegmentProbe, type Translate } from "./segment-probe.ts";

/** Where Flagsmith and flagd part: the rule behind a disagreement. */
export type Cause =
  | { readonly kind: "identity_override"; readonly identifier: string }
  | {
      readonly kind: "segment";
      readonly segmentId: number;
      readonly name: string;
      readonly inFlagsmith: boolean;
      /** `undefined`: the evaluator fails on it. */
      readonly inFlagd: boolean | undefined;
      /** Those that answer differently on their own; none if only their combination does. */
      readonly conditions: readonly Condition[];
    }
  /** Every segment is as Flagsmith has it: the served document says otherwise than the rows translate to. */
  | { readonly kind: "document" };

/** What is known of a disagreement when its cause is looked for. */
export interface Parted {
  readonly feature: Feature;
  readonly person: Person;
  readonly flagsmith: FlagsmithAnswer;
}

/**
 * Finds the first step of the order of decision that the two sides take differently, and in it the conditions, by asking
 * both engines about each alone.
 */
export async function locate(
  snapshot: EnvironmentSnapshot,
  { feature, person, flagsmith }: Parted,
  translate: Translate,
): Promise<Cause> {
  const own = overrideOf(feature, person.identifier);
  if (own !== undefined && own.state.id === flagsmith.stateId) {
    return { kind: "identity_override", identifier: own.identifier };
  }
  for (const { segmentId } of segmentsInOrder(feature)) {
    const segment = snapshot.segments.get(segmentId);
    if (segment === undefined) continue;
    const probe = createSegmentProbe(snapshot, segment, translate);
    const [inFlagsmith, inFlagd] = [await probe.inFlagsmith(person), probe.inFlagd(person)];
    if (inFlagsmith === inFlagd) continue;
    const conditions = await partedConditions(snapshot, { segment, person, translate });
    return { kind: "segment", segmentId, name: segment.name, inFlagsmith, inFlagd, conditions };
  }
  return { kind: "document" };
}

interface Place {
  readonly segment: Segment;
  readonly person: Person;
  readonly translate: Translate;
}

async function partedConditions(
  snapshot: EnvironmentSnapshot,
  { segment, person, translate }: Place,
): Promise<readonly Condition[]> {
  const parted: Condition[] = [];
  for (const { condition, negated } of leaves(segment.rules, false)) {
    if (drawsLots(condition)) continue;
    const alone: SegmentRule = { type: negated ? "NONE" : "ALL", conditions: [condition], rules: [] };
    const probe = createSegmentProbe(snapshot, { ...segment, rules: [alone] }, translate);
    if ((await probe.inFlagsmith(person)) !== probe.inFlagd(person)) parted.push(condition);
  }
  return parted;
}

/** Each condition with whether it stands below an odd number of NONE, where the answer that narrows is the other one. */
function leaves(
  rules: readonly SegmentRule[],
  negated: boolean,
): readonly { readonly condition: Condition; readonly negated: boolean }[] {
  return rules.flatMap((rule) => {
    const inner = rule.type === "NONE" ? !negated : negated;
    return [
      ...rule.conditions.map((condition) => ({ condition, negated: inner })),
      ...leaves(rule.rules, inner),
    ];
  });
}

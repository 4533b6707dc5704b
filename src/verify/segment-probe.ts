import type { DocumentContent } from "../model/document.ts";
import type { EnvironmentSnapshot, Segment } from "../model/environment.ts";
import { createFlagdEvaluator } from "./flagd-evaluator.ts";
import { membershipOf } from "./membership.ts";
import { oneFlagPerSegment } from "./one-flag-per-segment.ts";
import { contextOf, type Person } from "./person.ts";

/** What makes a document of a snapshot: the translation that is being verified. */
export type Translate = (snapshot: EnvironmentSnapshot) => DocumentContent;

/** Who is in one segment, asked of each side. */
export interface SegmentProbe {
  inFlagsmith(person: Person): Promise<boolean>;
  /** `undefined`: the evaluator fails. */
  inFlagd(person: Person): boolean | undefined;
}

/**
 * Asks both engines who is in a segment of an environment, to find where they part. The segment keeps its id, since the
 * lots of a percentage are drawn with it.
 */
export function createSegmentProbe(
  snapshot: EnvironmentSnapshot,
  segment: Segment,
  translate: Translate,
): SegmentProbe {
  const small = oneFlagPerSegment(snapshot, [segment]);
  const name = String(segment.id);
  const evaluator = createFlagdEvaluator(JSON.stringify(translate(small)));
  return {
    inFlagsmith: membershipOf(snapshot, segment),
    inFlagd(person) {
      const answer = evaluator.answer(name, contextOf(person));
      return answer === undefined || answer.error !== undefined ? undefined : answer.value === true;
    },
  };
}

import type { EnvironmentSnapshot, Segment } from "../../model/environment.ts";
import { type FailureListener, failureFinding } from "../failure.ts";
import type { KnownSegment } from "../feature/feature-scope.ts";
import type { SegmentScope } from "../segment.ts";
import type { CommonWork } from "./common-work.ts";
import { LastResult } from "./last-result.ts";

/** The segments of one environment in one encoding; each is translated once, however many features use it. */
export class KnownSegments {
  readonly #known = new Map<number, LastResult<KnownSegment>>();
  readonly #common: CommonWork;

  constructor(common: CommonWork) {
    this.#common = common;
  }

  /**
   * Looks segments up in a snapshot, and forgets those that are no longer in it. The same segment in the same place is
   * the same object again.
   */
  within(
    snapshot: EnvironmentSnapshot,
    encoding: SegmentScope["encoding"],
    onFailure: FailureListener,
  ): (segmentId: number) => KnownSegment | undefined {
    const environment = { name: snapshot.environmentName, key: snapshot.environmentKey };
    for (const id of this.#known.keys()) if (!snapshot.segments.has(id)) this.#known.delete(id);
    return (segmentId) => {
      const segment = snapshot.segments.get(segmentId);
      if (segment === undefined) return undefined;
      const known = this.#known.get(segmentId) ?? new LastResult<KnownSegment>();
      this.#known.set(segmentId, known);
      return known.of([segment, environment.name, environment.key], () =>
        this.#translateOrNarrow(segment, { environment, encoding }, onFailure),
      );
    };
  }

  /** A segment that cannot be translated has nobody, as one whose rules cannot be said (translation.md, Conditions). */
  #translateOrNarrow(segment: Segment, scope: SegmentScope, onFailure: FailureListener): KnownSegment {
    try {
      return { segment, translation: this.#common.translateSegment(segment, scope) };
    } catch (thrown) {
      const { id, name } = segment;
      onFailure({ what: "segment", id, name, thrown });
      const finding = failureFinding(thrown, `segment=${name}; matches nobody`);
      return { segment, translation: { logic: false, findings: [finding] } };
    }
  }
}

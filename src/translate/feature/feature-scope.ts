import type { ProjectSettings, Segment } from "../../model/environment.ts";
import type { SegmentTranslation } from "../segment.ts";

/** A segment with its translation, made once per document. */
export interface KnownSegment {
  readonly segment: Segment;
  readonly translation: SegmentTranslation;
}

/** What a feature is translated against. */
export interface FeatureScope {
  readonly settings: ProjectSettings;
  /** `undefined`: the segment is not live, so its override applies to nobody. */
  readonly segment: (segmentId: number) => KnownSegment | undefined;
}

import type { Logic } from "../../model/document.ts";
import type { Segment } from "../../model/environment.ts";
import { slugify } from "../../model/slug.ts";
import { freeNames } from "./free-names.ts";
import { sharedBody } from "./shared-body.ts";

/** A segment that a feature's branches still name after simplification. */
export interface SegmentUse {
  readonly segment: Segment;
  readonly logic: Logic;
}

/** The document's `$evaluators` and, by segment id, the name under which a branch refers to one. */
export interface Evaluators {
  readonly names: ReadonlyMap<number, string>;
  readonly bodies: ReadonlyMap<string, Logic>;
}

/**
 * Segments that two or more features use, under their slugs. The id decides and gives the order of suffixes, never the
 * name (translation.md, Document).
 */
export function shareSegments(usesByFeature: readonly (readonly SegmentUse[])[]): Evaluators {
  const seen = new Map<number, { use: SegmentUse; features: number }>();
  for (const uses of usesByFeature) {
    for (const [id, use] of new Map(uses.map((use) => [use.segment.id, use]))) {
      seen.set(id, { use, features: (seen.get(id)?.features ?? 0) + 1 });
    }
  }
  const names = new Map<number, string>();
  const bodies = new Map<string, Logic>();
  const free = freeNames(bodies);
  for (const [id, { use, features }] of [...seen].sort(([left], [right]) => left - right)) {
    if (features < 2 || !sharedBody(use.logic).isShareable) continue;
    const name = free(slugify(use.segment.name, `segment-${id}`));
    names.set(id, name);
    bodies.set(name, use.logic);
  }
  return { names, bodies };
}

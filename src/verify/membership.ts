import type { EnvironmentSnapshot, Segment } from "../model/environment.ts";
import { createFlagsmithEngine } from "./flagsmith-engine.ts";
import { oneFlagPerSegment } from "./one-flag-per-segment.ts";
import type { Person } from "./person.ts";

/** Who is in a segment, by Flagsmith's own engine: also how a single rule or condition is asked about. */
export function membershipOf(
  snapshot: EnvironmentSnapshot,
  segment: Segment,
): (person: Person) => Promise<boolean> {
  const engine = createFlagsmithEngine(oneFlagPerSegment(snapshot, [segment]));
  return async (person) => (await engine.answer(person)).get(String(segment.id))?.enabled === true;
}

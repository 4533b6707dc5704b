import type { Condition, EnvironmentSnapshot, Feature, Segment } from "../model/environment.ts";
import { overrideOf } from "./decision-order.ts";
import { createFlagsmithEngine } from "./flagsmith-engine.ts";
import { oneFlagPerSegment } from "./one-flag-per-segment.ts";
import { drawsLots, segmentConditions } from "./percentage.ts";
import type { Person } from "./person.ts";

/**
 * Of all people, one for each way in which a flag's other conditions can turn out, at most `most`: within one way, only lots
 * decide. People with an override of their own are left out, since they have but one key.
 */
export async function tellingPeople(
  feature: Feature,
  people: readonly Person[],
  { snapshot, most }: { readonly snapshot: EnvironmentSnapshot; readonly most: number },
): Promise<readonly Person[]> {
  const conditions = segmentConditions(feature, snapshot).filter((condition) => !drawsLots(condition));
  const engine = createFlagsmithEngine(oneFlagPerSegment(snapshot, conditions.map(alone)));
  const ways = new Map<string, Person>();
  for (const person of people) {
    if (person.identifier === undefined || overrideOf(feature, person.identifier) !== undefined) continue;
    const answers = await engine.answer(person);
    const way = conditions.map((_, index) => (answers.get(String(index + 1))?.enabled ? "1" : "0")).join("");
    if (!ways.has(way)) ways.set(way, person);
  }
  const byHits = [...ways].sort(([left], [right]) => hits(right) - hits(left));
  const step = Math.max(1, (byHits.length - 1) / Math.max(1, most - 1));
  const chosen = new Set(Array.from({ length: most }, (_, index) => Math.round(index * step)));
  return byHits.filter((_, index) => chosen.has(index)).map(([, person]) => person);
}

function hits(way: string): number {
  return way.replaceAll("0", "").length;
}

/** A condition as a segment; the ids only tell them apart, since none draws lots. */
function alone(condition: Condition, index: number): Segment {
  return { id: index + 1, name: "", rules: [{ type: "ALL", conditions: [condition], rules: [] }] };
}

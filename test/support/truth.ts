import { z } from "zod";
import type { EnvironmentSnapshot, Feature, FlagValue, SegmentRule } from "../../src/model/environment.ts";
import { readSharedJson } from "./shared-folder.ts";

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const truthFile = z.object({
  asOf: z.string(),
  answers: z.array(
    z.object({
      env: z.string(),
      identifier: z.string().nullable(),
      traits: z.record(z.string(), z.unknown()),
      flags: z.record(z.string(), z.tuple([z.boolean(), value])),
    }),
  ),
});

/** What a real Flagsmith answered at one moment: on or off, and the value. */
export type TruthAnswer = z.infer<typeof truthFile>["answers"][number];

/** Reads the recorded answers. */
export function readTruth(folder: string): z.infer<typeof truthFile> {
  return truthFile.parse(readSharedJson(folder, "flagsmith/truth.json.gz"));
}

function nest(target: Record<string, unknown>, path: readonly string[], leaf: unknown): void {
  const [head = "", ...rest] = path;
  if (rest.length === 0) {
    target[head] = leaf;
    return;
  }
  const below = target[head];
  const inner: Record<string, unknown> = typeof below === "object" && below !== null ? { ...below } : {};
  target[head] = inner;
  nest(inner, rest, leaf);
}

/** The evaluation context of an answer: dotted traits nested, as `var` walks them (translation.md, Conditions). */
export function contextOf(answer: Pick<TruthAnswer, "identifier" | "traits">): Record<string, unknown> {
  const context: Record<string, unknown> = {};
  for (const [name, trait] of Object.entries(answer.traits)) nest(context, name.split("."), trait);
  if (answer.identifier !== null) context.targetingKey = answer.identifier;
  return context;
}

function splitsByRule(rules: readonly SegmentRule[]): boolean {
  return rules.some(
    (rule) =>
      rule.conditions.some((condition) => condition.operator === "PERCENTAGE_SPLIT") ||
      splitsByRule(rule.rules),
  );
}

/** Whether a percentage decides on the flag anywhere: then only shares can agree, not people. */
export function involvesPercentage(feature: Feature, snapshot: EnvironmentSnapshot): boolean {
  const states = [
    feature.environmentState,
    ...feature.segmentOverrides.map((override) => override.state),
    ...feature.identityOverrides.map((override) => override.state),
  ];
  return (
    states.some((state) => state.allocations.some(({ percentage }) => percentage > 0 && percentage < 100)) ||
    feature.segmentOverrides.some((override) =>
      splitsByRule(snapshot.segments.get(override.segmentId)?.rules ?? []),
    )
  );
}

/** Every value of a feature is a boolean or missing: off is then `false` (translation.md, Semantics). */
export function isBooleanLike(feature: Feature): boolean {
  const values: FlagValue[] = [
    feature.environmentState.value,
    ...feature.options.map((option) => option.value),
    ...feature.segmentOverrides.map((override) => override.state.value),
    ...feature.identityOverrides.map((override) => override.state.value),
  ];
  return values.every((one) => one === null || typeof one === "boolean");
}

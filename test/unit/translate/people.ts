import { expect } from "vitest";
import type { Feature, ProjectSettings } from "../../../src/model/environment.ts";
import type { Translation } from "../../../src/model/translation.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, segment, snapshot } from "../../support/build-snapshot.ts";
import { type Context, flagd } from "./evaluate.ts";

const inProduction = condition("$.environment.name", "EQUAL", "Production");

/** Segments 1 to 4, which the tests of features share. */
const SEGMENTS = [
  segment(1, "Beta", condition("beta", "EQUAL", "yes")),
  segment(2, "Gold", condition("plan", "EQUAL", "gold")),
  segment(3, "Everyone", inProduction),
  segment(4, "Nobody"),
];

/** In Beta. */
export const beta = { targetingKey: "u1", beta: "yes" };
/** In Gold. */
export const gold = { targetingKey: "u2", plan: "gold" };
/** In Beta and in Gold. */
export const both = { targetingKey: "u3", beta: "yes", plan: "gold" };
/** In neither. */
export const other = { targetingKey: "u4" };
export const bob = { targetingKey: "bob" };
export const goldBob = { targetingKey: "bob", plan: "gold" };

/** What flagd answers with the caller's default. */
export const DEFAULT = undefined;

/** One row: what the feature is, and what it answers to whom. */
export type Case = [name: string, feature: Feature, answers: [Context, unknown][]];

export function translate(feature: Feature, settings: Partial<ProjectSettings> = {}): Translation {
  return translateEnvironment(snapshot({ features: [feature], segments: SEGMENTS, settings }));
}

/** Checks one row by both modes of the real evaluator. */
export function checkCase([, feature, answers]: Case, settings: Partial<ProjectSettings> = {}): void {
  const ask = flagd(translate(feature, settings));
  for (const [context, expected] of answers) {
    expect([context, ask(feature.name, context)]).toEqual([context, expected]);
  }
}

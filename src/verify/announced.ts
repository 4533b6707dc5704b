import type { EnvironmentSnapshot, Feature, Segment } from "../model/environment.ts";
import type { TranslationWarning, WarningReason } from "../model/warning.ts";
import { agrees, expectedOf } from "./agreement.ts";
import type { FlagdAnswer } from "./flagd-evaluator.ts";
import { createFlagsmithEngine } from "./flagsmith-engine.ts";
import { conditionsOf, drawsLots } from "./percentage.ts";
import type { Person } from "./person.ts";

/** Reasons that announce a segment whose audience is narrower in flagd (translation.md, Warnings). */
const NARROWING: ReadonlySet<WarningReason> = new Set([
  "regex_unsupported",
  "unknown_operator",
  "malformed_value",
  "dotted_property",
]);

/**
 * Warnings of one flag that announce that somebody may be left out of a segment; without segment, of the identity
 * overrides. Lots only leave somebody out where they are drawn by what is the same for everybody.
 */
export function narrowingWarnings(
  feature: Feature,
  segment: Segment | undefined,
  warnings: readonly TranslationWarning[],
): readonly TranslationWarning[] {
  const narrows = (reason: WarningReason): boolean =>
    NARROWING.has(reason) || (reason === "percentage_bucketing_differs" && splitsByPlace(segment));
  return warnings.filter(({ reason, detail, feature: name }) => {
    if (name === undefined) return reason === "compact_encoding" && segment !== undefined;
    if (name !== feature.name) return false;
    if (segment === undefined) return reason === "identity_override_limit_exceeded";
    return narrows(reason) && detail.startsWith(`segment=${segment.name}; `);
  });
}

function splitsByPlace(segment: Segment | undefined): boolean {
  return conditionsOf(segment?.rules ?? []).some(
    (condition) => drawsLots(condition) && condition.property?.startsWith("$.environment."),
  );
}

/** A disagreement, before it is known whether it was announced. */
export interface Unexplained {
  readonly feature: Feature;
  readonly person: Person;
  readonly flagd: FlagdAnswer;
}

/**
 * The warnings that announce a disagreement: flagd then answers what Flagsmith itself would answer without the overrides
 * that those warnings are about. Anything else is no narrowing, whatever was warned of. `undefined`: not announced.
 */
export async function announcedBy(
  snapshot: EnvironmentSnapshot,
  { feature, person, flagd }: Unexplained,
  warnings: readonly TranslationWarning[],
): Promise<readonly TranslationWarning[] | undefined> {
  const found: TranslationWarning[] = [];
  let left = feature;
  for (;;) {
    const engine = createFlagsmithEngine({ ...snapshot, features: [left] });
    const answer = (await engine.answer(person)).get(feature.name);
    if (answer === undefined) return undefined;
    if (
      found.length > 0 &&
      agrees(feature, expectedOf(feature, answer, snapshot.settings.semantics), flagd)
    ) {
      return found;
    }
    const override = left.segmentOverrides.find(({ state }) => state.id === answer.stateId);
    const own = left.identityOverrides.find(({ state }) => state.id === answer.stateId);
    if (override === undefined && own === undefined) return undefined;
    const segment = override && snapshot.segments.get(override.segmentId);
    const announcing = narrowingWarnings(feature, segment, warnings);
    if (announcing.length === 0) return undefined;
    found.push(...announcing.filter((warning) => !found.includes(warning)));
    left = {
      ...left,
      segmentOverrides: left.segmentOverrides.filter((one) => one !== override),
      identityOverrides: left.identityOverrides.filter((one) => one !== own),
    };
  }
}

import type { EnvironmentSnapshot, Feature } from "../../src/model/environment.ts";
import { type EnvironmentReading, readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { buildRevision, hashContent } from "../../src/publish/build-revision.ts";
import { TranslationCache } from "../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import type { Place } from "../database/place.ts";
import { median } from "../measure.ts";
import type { Cell } from "../scenario.ts";

const STAGES = ["read (all rows)", "translate to canonical JSON", "SHA-256", "frame", "gzip frame"] as const;

const TOGGLES = 50;

/** What making a document from nothing costs, stage by stage. */
export interface BuildStages {
  readonly rows: readonly (readonly Cell[])[];
  readonly totalMs: number;
  readonly readMs: number;
  readonly translateMs: number;
  /** Translation and hash after one flag was toggled, with what the server keeps of the translation before. */
  readonly changedMs: number;
  readonly bytes: number;
  readonly zippedBytes: number;
}

async function readOnce(
  place: Place,
  columns: Awaited<ReturnType<typeof probeFlagsmith>>,
): Promise<EnvironmentReading> {
  const reading = await readEnvironment(place.database, {
    environmentId: place.environmentId,
    columns,
    settings: { semantics: "flagsmith", identityOverrideLimit: 100_000 },
  });
  if (reading === undefined) throw new Error("the environment is gone");
  return reading;
}

/** Toggles one flag after the other, in memory. */
function translatedAgain(first: EnvironmentSnapshot): number {
  const cache = new TranslationCache();
  const took: number[] = [];
  let snapshot = first;
  translateEnvironment(snapshot, { cache });
  for (let round = 0; round < TOGGLES; round++) {
    const changed = (round * 17) % snapshot.features.length;
    const features = snapshot.features.map((feature, index) =>
      index === changed ? toggled(feature) : feature,
    );
    snapshot = { ...snapshot, features };
    const began = performance.now();
    hashContent(translateEnvironment(snapshot, { cache }));
    took.push(performance.now() - began);
  }
  return median(took);
}

function toggled({ environmentState, ...feature }: Feature): Feature {
  return { ...feature, environmentState: { ...environmentState, enabled: !environmentState.enabled } };
}

/** Makes the first environment's document several times in this process, and tells the medians. */
export async function builtFromScratch(place: Place, rounds: number): Promise<BuildStages> {
  const columns = await probeFlagsmith(place.database);
  const took: number[][] = STAGES.map(() => []);
  let bytes = 0;
  let zippedBytes = 0;
  let changedMs = 0;
  for (let round = 0; round < rounds; round++) {
    let last = performance.now();
    const lap = (stage: number): void => {
      const now = performance.now();
      took[stage]?.push(now - last);
      last = now;
    };
    const { snapshot } = await readOnce(place, columns);
    lap(0);
    const translation = translateEnvironment(snapshot);
    lap(1);
    const content = hashContent(translation);
    lap(2);
    const revision = buildRevision({ content, environmentId: 1, projectId: 1, versionMs: 0 });
    lap(3);
    zippedBytes = revision.document.zippedFrame().length;
    lap(4);
    bytes = revision.document.size;
    if (round === rounds - 1) changedMs = translatedAgain(snapshot);
  }
  const medians = took.map(median);
  return {
    rows: STAGES.map((stage, index) => [stage, medians[index] ?? 0]),
    totalMs: medians.slice(0, 4).reduce((sum, ms) => sum + ms, 0),
    readMs: medians[0] ?? 0,
    translateMs: medians[1] ?? 0,
    changedMs,
    bytes,
    zippedBytes,
  };
}

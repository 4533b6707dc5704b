import { recordRevision } from "../../src/postgres/own-tables/record-revision.ts";
import { beginReading, readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { buildRevision, hashContent } from "../../src/publish/build-revision.ts";
import { mergeReading } from "../../src/snapshot/merge-reading.ts";
import { TranslationCache } from "../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import type { Place } from "../database/place.ts";
import { median } from "../measure.ts";
import type { Cell } from "../scenario.ts";

const STAGES = [
  "read the feature that changed",
  "put it over what was known",
  "translate",
  "SHA-256",
  "wait until it is known that the tables did not move, and when the clock changes something next",
  "record hash and version",
  "frame",
] as const;

async function changedFeature(place: Place): Promise<number> {
  const [row] = await place.database.query("SELECT feature_id FROM features_featurestate WHERE id = $1", [
    place.stateId,
  ]);
  return Number((row as { feature_id?: unknown } | undefined)?.feature_id);
}

/** Toggles one flag again and again, with nobody else about, and does by itself what the server does; medians in ms. */
export async function stagesOfChange(place: Place, rounds: number): Promise<readonly (readonly Cell[])[]> {
  const { database, environmentId } = place;
  const columns = await probeFlagsmith(database);
  const settings = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;
  const part = {
    features: new Set([await changedFeature(place)]),
    segments: new Set<number>(),
    versioned: false,
  };
  const cache = new TranslationCache();
  const took: number[][] = STAGES.map(() => []);
  let snapshot = (await readEnvironment(database, { environmentId, columns, settings }))?.snapshot;
  if (snapshot === undefined) throw new Error("the environment is gone");
  translateEnvironment(snapshot, { cache });
  for (let round = 0; round < rounds; round++) {
    await place.toggle();
    let last = performance.now();
    const lap = (stage: number): void => {
      const now = performance.now();
      took[stage]?.push(now - last);
      last = now;
    };
    const begun = await beginReading(database, { environmentId, columns, settings, part });
    if (begun === undefined) throw new Error("the environment is gone");
    const { reading } = begun;
    lap(0);
    snapshot = mergeReading(snapshot, reading.snapshot, reading.part);
    lap(1);
    const translation = translateEnvironment(snapshot, { cache });
    lap(2);
    const content = hashContent(translation);
    lap(3);
    await begun.rest;
    lap(4);
    const { readAtMs, position } = reading;
    const { versionMs } = await recordRevision(database, {
      environmentId,
      hash: content.hash,
      readAtMs,
      position,
    });
    lap(5);
    buildRevision({ content, environmentId, projectId: place.projectId, versionMs });
    lap(6);
  }
  return STAGES.map((stage, index) => [stage, median(took[index] ?? [])]);
}

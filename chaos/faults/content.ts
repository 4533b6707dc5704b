import { pause } from "../../bench/measure.ts";
import { insertState } from "../../src/demo/writer/insert-states.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { disableV2Versioning, enableV2Versioning } from "../../src/demo/writer/switch-versioning.ts";
import {
  createIdentityOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
  insertFeatureSegment,
} from "../../src/demo/writer/write-overrides.ts";
import { complaint, type Fault, over, within } from "../fault.ts";
import { MAX_DOCUMENT_BYTES, type World } from "../world.ts";
import { raiseCounter } from "../writer/counter.ts";
import { counterArrives } from "./looks.ts";

/** Characters that Flagsmith takes in a value. */
const LONGEST_VALUE = 20_000;

/** The writer raises each counter about once a second. */
const ARRIVES_WITHIN_MS = 8_000;

const NEIGHBOURS = "the other flags' changes did not arrive meanwhile";

async function victimState({ database, places }: World): Promise<number> {
  const { developmentId: environmentId, victimId: featureId } = places;
  const stateId = await liveState(database.admin, { environmentId, featureId });
  if (stateId === undefined) throw new Error("the victim has no live state");
  return stateId;
}

function heldDocuments({ replicas }: World): Promise<readonly (number | undefined)[]> {
  return Promise.all(
    replicas.map((replica) => replica.metric("flagsmith_flagd_documents_held", "document_too_large")),
  );
}

/** What Flagsmith's rows may say that nobody can show. */
export const CONTENT_FAULTS: readonly Fault[] = [
  {
    name: "document-too-large",
    title: "overrides that make the document larger than clients accept, for 4 s",
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      const { admin } = world.database;
      await pause(300);
      const { developmentId: environmentId, victimId: featureId } = world.places;
      const stateIds: number[] = [];
      for (let bytes = 0; bytes < MAX_DOCUMENT_BYTES; bytes += LONGEST_VALUE) {
        const identifier = `wordy ${bytes}`;
        const value = identifier.padEnd(LONGEST_VALUE, "x");
        const override = { environmentId, featureId, identifier, enabled: true, value };
        stateIds.push(await createIdentityOverride(admin, override));
      }
      let told = false;
      let others = false;
      try {
        told = await within(10_000, async () => (await heldDocuments(world)).every((count) => count === 1));
        const fromMs = Date.now();
        await pause(world.holdMs(4_000));
        others = await counterArrives(world, "production", fromMs, ARRIVES_WITHIN_MS);
        await world.writer.pause();
      } finally {
        for (const stateId of stateIds) await deleteIdentityOverride(admin, stateId);
      }
      return over(1, [
        ...complaint(told, "no metric says document_too_large"),
        ...complaint(others, "the other environment's changes did not arrive meanwhile"),
      ]);
    },
  },
  {
    name: "bad-rows",
    title: "a value row missing, an operator and a type that nobody knows, for 3 s",
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      const { admin } = world.database;
      const { segmentId, victimId, productionId } = world.places;
      const stateId = await victimState(world);
      const inProduction = await liveState(admin, { environmentId: productionId, featureId: victimId });
      await admin.query("DELETE FROM features_featurestatevalue WHERE feature_state_id = $1", [stateId]);
      await admin.query("UPDATE features_featurestatevalue SET type = 'blob' WHERE feature_state_id = $1", [
        inProduction,
      ]);
      const operatorOf = `UPDATE segments_condition SET operator = $2 WHERE deleted_at IS NULL AND rule_id IN
        (SELECT below.id FROM segments_segmentrule below JOIN segments_segmentrule top ON top.id = below.rule_id
         WHERE top.segment_id = $1)`;
      await admin.query(operatorOf, [segmentId, "SOUNDS_LIKE"]);
      await pause(200);
      const fromMs = Date.now();
      await pause(world.holdMs(3_000));
      const neighbours = await counterArrives(world, "development", fromMs, ARRIVES_WITHIN_MS);
      await world.writer.pause();
      await admin.query(operatorOf, [segmentId, "EQUAL"]);
      await admin.query(
        "UPDATE features_featurestatevalue SET type = 'unicode' WHERE feature_state_id = $1",
        [inProduction],
      );
      await admin.query(
        `INSERT INTO features_featurestatevalue (feature_state_id, type, string_value, uuid)
         VALUES ($1, 'unicode', 'whole', gen_random_uuid())`,
        [stateId],
      );
      return over(3, complaint(neighbours, NEIGHBOURS));
    },
  },
  {
    name: "half-done-series",
    title: "an override whose second step never comes, for 3 s",
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      const { admin } = world.database;
      const { developmentId: environmentId, halfDoneId: featureId, segmentId } = world.places;
      const featureSegmentId = await insertFeatureSegment(admin, { environmentId, featureId, segmentId });
      await admin.write((transaction) =>
        insertState(transaction, {
          environmentId,
          featureId,
          featureSegmentId,
          enabled: true,
          value: "begun",
          version: 1,
          liveInMs: 0,
        }),
      );
      const fromMs = Date.now();
      await pause(world.holdMs(3_000));
      const neighbours = await counterArrives(world, "development", fromMs, ARRIVES_WITHIN_MS);
      await world.writer.pause();
      await deleteSegmentOverride(admin, featureSegmentId);
      return over(1, complaint(neighbours, NEIGHBOURS));
    },
  },
  {
    name: "versioning-switched",
    title: "an environment into v2 versioning and out of it, which leaves it without flags for a while",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { admin } = world.database;
      const { stagingId: environmentId, counterId: featureId } = world.places;
      const rounds = world.times(2);
      for (let round = 0; round < rounds; round++) {
        for (const change of [enableV2Versioning, disableV2Versioning]) {
          await change(admin, environmentId);
          await raiseCounter(admin, { environmentId, featureId });
        }
      }
      return over(2 * rounds);
    },
  },
];

import { renameEnvironment } from "../../../src/demo/writer/change-places.ts";
import { liveState } from "../../../src/demo/writer/live-state.ts";
import {
  createFeature,
  deleteFeature,
  renameFeature,
  setFeatureArchived,
} from "../../../src/demo/writer/write-features.ts";
import { createOption, deleteOption } from "../../../src/demo/writer/write-options.ts";
import {
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
  reorderSegmentOverrides,
} from "../../../src/demo/writer/write-overrides.ts";
import { touchEnvironments } from "../../../src/demo/writer/write-places.ts";
import {
  createSegment,
  deleteSegment,
  editSegment,
  renameSegment,
} from "../../../src/demo/writer/write-segments.ts";
import { scheduleState, setWeights } from "../../../src/demo/writer/write-states.ts";
import { type PreparedSeries, rulesOf, type SeriesDesk } from "./series-desk.ts";

/** What Flagsmith writes under v1 versioning, and of features and segments whatever the versioning. */
export function v1Series(desk: SeriesDesk): Readonly<Record<string, PreparedSeries>> {
  return {
    async "a new segment override"(name) {
      const { featureId, optionIds } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      const environmentId = desk.developmentId;
      const weights = new Map(optionIds.map((id, index) => [id, 10 * (index + 1)]));
      const content = { environmentId, featureId, segmentId, enabled: true, value: "theirs", weights };
      return { environment: "development", run: (paced) => createSegmentOverride(paced, content) };
    },
    async "a new identity override"(name) {
      const { featureId, optionIds } = await desk.feature(name);
      const weights = new Map(optionIds.map((id) => [id, 30]));
      const content = {
        environmentId: desk.developmentId,
        featureId,
        identifier: name,
        enabled: true,
        value: "mine",
        weights,
      };
      return { environment: "development", run: (paced) => createIdentityOverride(paced, content) };
    },
    async "a deleted identity override"(name) {
      const { featureId } = await desk.feature(name);
      const content = {
        environmentId: desk.developmentId,
        featureId,
        identifier: name,
        enabled: true,
        value: "mine",
      };
      const stateId = await createIdentityOverride(desk.database, content);
      return { environment: "development", run: (paced) => deleteIdentityOverride(paced, stateId) };
    },
    async "a new segment and an override for it, at the same time"(name) {
      const { featureId } = await desk.feature(name);
      return {
        environment: "development",
        async run(paced) {
          let segmentId: number | undefined;
          const creating = createSegment(paced, {
            projectId: desk.projectId,
            name,
            rules: rulesOf("gold", "silver"),
          });
          while (segmentId === undefined) {
            const rows = await desk.database.query("SELECT id FROM segments_segment WHERE name = $1", [name]);
            segmentId = (rows[0] as { id: number } | undefined)?.id;
          }
          await desk.override(desk.database, featureId, segmentId, "for members");
          await creating;
        },
      };
    },
    async "a segment with new rules"(name) {
      const { featureId } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      await desk.override(desk.database, featureId, segmentId, "theirs");
      return {
        environment: "development",
        run: (paced) => editSegment(paced, segmentId, rulesOf("iron", "tin")),
      };
    },
    async "a used segment, deleted"(name) {
      const { featureId } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      await desk.override(desk.database, featureId, segmentId, "theirs");
      return { environment: "development", run: (paced) => deleteSegment(paced, segmentId) };
    },
    async "a renamed segment"(name) {
      const { featureId } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      await desk.override(desk.database, featureId, segmentId, "theirs");
      return {
        environment: "development",
        run: (paced) => renameSegment(paced, segmentId, `${name} renamed`),
      };
    },
    async "a deleted override, the others moving up"(name) {
      const { featureId } = await desk.feature(name);
      const ids: number[] = [];
      for (const value of ["gold", "silver", "iron"]) {
        const segmentId = await createSegment(desk.database, {
          projectId: desk.projectId,
          name: value + name,
          rules: rulesOf(value),
        });
        ids.push((await desk.override(desk.database, featureId, segmentId, value)).featureSegmentId);
      }
      return { environment: "development", run: (paced) => deleteSegmentOverride(paced, ids[0] ?? 0) };
    },
    async "a new order of overrides, step by step as Flagsmith itself serves it"(name) {
      const { featureId } = await desk.feature(name);
      const ids: number[] = [];
      for (const value of ["gold", "silver", "iron"]) {
        const segmentId = await createSegment(desk.database, {
          projectId: desk.projectId,
          name: value + name,
          rules: rulesOf(value),
        });
        ids.push((await desk.override(desk.database, featureId, segmentId, value)).featureSegmentId);
      }
      return {
        environment: "development",
        everyStep: true,
        run: (paced) => reorderSegmentOverrides(paced, ids.reverse()),
      };
    },
    async "a new multivariate feature"(name) {
      return {
        environment: "development",
        async run(paced) {
          const featureId = await createFeature(paced, {
            projectId: desk.projectId,
            name,
            value: "initial",
            enabled: true,
          });
          await createOption(paced, { featureId, value: "a", percentage: 50, key: "a" });
          await createOption(paced, { featureId, value: "b", percentage: 30 });
          await createOption(paced, { featureId, value: "c", percentage: 20 });
        },
      };
    },
    async "new percentages of three options"(name) {
      const { featureId, optionIds } = await desk.feature(name);
      const stateId = (await liveState(desk.database, { environmentId: desk.developmentId, featureId })) ?? 0;
      const weights = new Map(optionIds.map((id, index) => [id, 10 * (index + 1)]));
      return { environment: "development", run: (paced) => setWeights(paced, stateId, weights) };
    },
    async "a deleted option"(name) {
      const { optionIds } = await desk.feature(name);
      return { environment: "development", run: (paced) => deleteOption(paced, optionIds[1] ?? 0) };
    },
    async "a deleted feature"(name) {
      const { featureId } = await desk.feature(name);
      return { environment: "development", run: (paced) => deleteFeature(paced, featureId) };
    },
    async "an archived feature, which is served on"(name) {
      const { featureId } = await desk.feature(name);
      return {
        environment: "development",
        async run(paced) {
          await setFeatureArchived(paced, featureId, true);
          await touchEnvironments(paced, { projectId: desk.projectId });
        },
      };
    },
    async "a renamed feature"(name) {
      const { featureId } = await desk.feature(name);
      return {
        environment: "development",
        run: (paced) => renameFeature(paced, featureId, `${name}_renamed`),
      };
    },
    async "a renamed environment"() {
      return {
        environment: "development",
        run: (paced) => renameEnvironment(paced, desk.developmentId, "Development renamed"),
      };
    },
    async "a change request, committed, and its hour"(name) {
      const { featureId } = await desk.feature(name);
      const stateId = (await liveState(desk.database, { environmentId: desk.developmentId, featureId })) ?? 0;
      const change = { stateId, delayMs: 700, enabled: true, value: "later" };
      return {
        environment: "development",
        run: (paced) => desk.goesLive(paced, () => scheduleState(paced, change)),
      };
    },
    async "a change request for now, committed"(name) {
      const { featureId } = await desk.feature(name);
      const stateId = (await liveState(desk.database, { environmentId: desk.developmentId, featureId })) ?? 0;
      const change = { stateId, delayMs: 0, enabled: true, value: "changed" };
      return { environment: "development", run: (paced) => scheduleState(paced, change) };
    },
  };
}

import { createFeature, deleteFeature } from "../../../src/demo/writer/write-features.ts";
import { createOption } from "../../../src/demo/writer/write-options.ts";
import { createIdentityOverride } from "../../../src/demo/writer/write-overrides.ts";
import { createSegment } from "../../../src/demo/writer/write-segments.ts";
import { createDraft, publishDraft, publishVersion } from "../../../src/demo/writer/write-versions.ts";
import { type PreparedSeries, rulesOf, type SeriesDesk } from "./series-desk.ts";

/** What Flagsmith writes under v2 versioning. */
export function v2Series(desk: SeriesDesk): Readonly<Record<string, PreparedSeries>> {
  return {
    async "a new identity override under v2"(name) {
      const { featureId } = await desk.feature(name);
      const content = {
        environmentId: desk.productionId,
        featureId,
        identifier: name,
        enabled: true,
        value: "mine",
      };
      return { environment: "production", run: (paced) => createIdentityOverride(paced, content) };
    },
    async "a new multivariate feature under v2"(name) {
      return {
        environment: "production",
        async run(paced) {
          const featureId = await createFeature(paced, {
            projectId: desk.projectId,
            name,
            value: "initial",
            enabled: true,
          });
          await createOption(paced, { featureId, value: "a", percentage: 50 });
          await createOption(paced, { featureId, value: "b", percentage: 30 });
        },
      };
    },
    async "a deleted feature under v2"(name) {
      const { featureId } = await desk.feature(name);
      return { environment: "production", run: (paced) => deleteFeature(paced, featureId) };
    },
    async "a version from the dashboard"(name) {
      const { featureId, optionIds } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      const weights = new Map(optionIds.map((id) => [id, 33]));
      const version = {
        environmentId: desk.productionId,
        featureId,
        default: { value: "new", enabled: true, weights },
        overrides: [{ segmentId, enabled: true, value: "theirs" }],
      };
      return { environment: "production", run: (paced) => publishVersion(paced, version) };
    },
    async "a version row by row, as update-flag writes it"(name) {
      const { featureId, optionIds } = await desk.feature(name);
      const segmentId = await createSegment(desk.database, {
        projectId: desk.projectId,
        name,
        rules: rulesOf("gold"),
      });
      const weights = new Map(optionIds.map((id) => [id, 33]));
      const version = {
        environmentId: desk.productionId,
        featureId,
        default: { value: "new", enabled: true, weights },
        overrides: [{ segmentId, enabled: true, value: "theirs" }],
      };
      return {
        environment: "production",
        run: async (paced) => publishDraft(paced, await createDraft(paced, version)),
      };
    },
    async "a version for later, and its hour"(name) {
      const { featureId } = await desk.feature(name);
      const version = {
        environmentId: desk.productionId,
        featureId,
        default: { value: "later", enabled: true },
      };
      return {
        environment: "production",
        run: (paced) => desk.goesLive(paced, () => publishVersion(paced, version, 700)),
      };
    },
  };
}

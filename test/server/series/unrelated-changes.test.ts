/** What one transaction does completely does not wait for anybody's series. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setFlagValue, toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createFeature } from "../../../src/demo/writer/write-features.ts";
import { createOption, setOptionValue } from "../../../src/demo/writer/write-options.ts";
import { createIdentityOverride, createSegmentOverride } from "../../../src/demo/writer/write-overrides.ts";
import { createSegment } from "../../../src/demo/writer/write-segments.ts";
import { eventually, type FollowedStream, follow, startTestServer } from "../harness.ts";
import { createServedSample } from "./series-place.ts";

/** No series of these tests is ever over: whatever arrives did not wait for one. */
const NEVER_SETTLED = { SETTLE_MS: "5000", SETTLE_MAX_MS: "60000" };

describe("beside series that are not over", () => {
  let place: Awaited<ReturnType<typeof createServedSample>>;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  let stream: FollowedStream;
  let opened: string;
  const development = (flag: string) => ({ flag, environmentKey: DEMO_KEYS.development });

  beforeAll(async () => {
    place = await createServedSample();
    server = await startTestServer(place.test.url, NEVER_SETTLED);
    stream = follow(server.address, DEMO_KEYS.development);
    const { document } = await stream.until(() => true);
    opened = JSON.stringify([document.flags.banner_text, document.flags.search_algorithm]);

    const { database } = place.test;
    const { developmentId: environmentId, featureIds, projectId } = place.sample;
    const featureId = featureIds.get("banner_text") ?? 0;
    await createFeature(database, { projectId, name: "unfinished" });
    await createOption(database, {
      featureId: featureIds.get("search_algorithm") ?? 0,
      value: "new",
      percentage: 1,
    });
    await createIdentityOverride(database, {
      environmentId,
      featureId,
      identifier: "x",
      enabled: true,
      value: "x",
    });
    const rules = [{ type: "ALL", conditions: [{ operator: "EQUAL", property: "a", value: "b" }] }] as const;
    const segmentId = await createSegment(database, { projectId, name: "new", rules });
    await createSegmentOverride(database, {
      environmentId,
      featureId,
      segmentId,
      enabled: true,
      value: "new",
    });
  });
  afterAll(async () => {
    stream.close();
    await server.stop();
    await place.test.drop();
  });

  const options = async (flag: string): Promise<number> => {
    const [row] = await place.test.database.query(
      "SELECT min(id) AS id FROM multivariate_multivariatefeatureoption WHERE feature_id = $1",
      [place.sample.featureIds.get(flag)],
    );
    return (row as { readonly id: number }).id;
  };

  it.each([
    ["a toggle", () => toggleFlag(place.test.database, development("dark_theme"))],
    ["a value", () => setFlagValue(place.test.database, development("items_per_page"), "7")],
    [
      "a value of an option",
      async () => setOptionValue(place.test.database, await options("button_colour"), "pink"),
    ],
  ] as const)("%s goes out at once", async (_, change) => {
    const seen = stream.arrivals.length;
    await change();
    await eventually(() => (stream.arrivals.length > seen ? true : undefined));
    const flags = stream.arrivals.at(-1)?.document.flags;
    expect(JSON.stringify([flags?.banner_text, flags?.search_algorithm])).toBe(opened);
    expect(flags?.unfinished).toBeUndefined();
  });
});

/**
 * Flagsmith's REST is not one transaction (facts/flagsmith.md, section 6). Each of its series is replayed here,
 * transaction by transaction and with pauses between, beside toggles of another flag, and every document that a client
 * of either kind could see is held against the states before and after.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSegment } from "../../../src/demo/writer/write-segments.ts";
import { replaceRulesStepwise } from "./older-flagsmith.ts";
import { rulesOf, SeriesDesk } from "./series-desk.ts";
import { openSeriesPlace, type Series, type SeriesPlace } from "./series-place.ts";
import { v1Series } from "./v1-series.ts";
import { v2Series } from "./v2-series.ts";

describe("a series is seen before and after, never between", () => {
  let place: SeriesPlace;
  beforeAll(async () => {
    place = await openSeriesPlace();
  });
  afterAll(() => place.close());
  const desk = new SeriesDesk(() => place);
  const SERIES = { ...v1Series(desk), ...v2Series(desk) };

  it.each(Object.keys(SERIES))("%s", async (name) => {
    const prepared = await SERIES[name]?.(`s ${name}`.replace(/\W+/g, "_"));
    if (prepared === undefined) throw new Error(name);
    expect(await place.replay({ ...prepared, pausesMs: [90, 0, 30, 1] })).toEqual([]);
  });

  it("an edit by a Flagsmith before 2.263, which replaces rules and conditions one by one", async () => {
    const { database, projectId } = desk;
    const { featureId } = await desk.feature("edited_by_older");
    const segmentId = await createSegment(database, {
      projectId,
      name: "older",
      rules: rulesOf("gold", "silver"),
    });
    await desk.override(database, featureId, segmentId, "theirs");
    await database.query("UPDATE segments_segment SET created_at = now() - interval '1 day' WHERE id = $1", [
      segmentId,
    ]);
    await database.execute("ALTER TABLE segments_segment DROP COLUMN rules_data");
    try {
      const series: Series = {
        environment: "development",
        pausesMs: [90, 0, 30, 1],
        run: (paced) => replaceRulesStepwise(paced, segmentId, rulesOf("iron", "tin")),
      };
      expect(await place.replay(series)).toEqual([]);
    } finally {
      await database.execute("ALTER TABLE segments_segment ADD COLUMN rules_data jsonb");
    }
  });
});

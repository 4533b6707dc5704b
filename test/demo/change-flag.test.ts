import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduleToggle, setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let test: TestDatabase;
let sample: SampleProject;

beforeAll(async () => {
  test = await createTestDatabase();
  sample = await createSampleProject(test.database);
});
afterAll(() => test.drop());

async function countVersions(flag: string): Promise<number> {
  const rows = await test.database.query(
    "SELECT FROM feature_versioning_environmentfeatureversion WHERE feature_id = $1",
    [sample.featureIds.get(flag)],
  );
  return rows.length;
}

describe.each([
  ["v1", DEMO_KEYS.development, 0],
  ["v2", DEMO_KEYS.production, 1],
] as const)("under %s", (_name, environmentKey, newVersions) => {
  it("toggles a flag to the other state, or to the one that is asked for", async () => {
    const flag = "maintenance_mode";
    const before = await countVersions(flag);
    expect(await toggleFlag(test.database, { flag, environmentKey })).toMatchObject({ enabled: true });
    expect(await toggleFlag(test.database, { flag, environmentKey })).toMatchObject({ enabled: false });
    expect(await toggleFlag(test.database, { flag, environmentKey, enabled: false })).toMatchObject({
      enabled: false,
      value: null,
      liveFrom: expect.any(Date),
    });
    expect(await countVersions(flag)).toBe(before + 3 * newVersions);
  });

  it("sets values, typed as Flagsmith types them, and keeps overrides", async () => {
    const place = { flag: "banner_text", environmentKey };
    expect(await setFlagValue(test.database, place, "12")).toMatchObject({ enabled: true, value: 12 });
    expect(await setFlagValue(test.database, place, "true")).toMatchObject({ value: true });
    expect(await setFlagValue(test.database, place, "Hello")).toMatchObject({ value: "Hello" });
    expect(await toggleFlag(test.database, { ...place, enabled: true })).toMatchObject({ value: "Hello" });
  });

  it("schedules a toggle by the database's clock, and changes nothing before", async () => {
    const place = { flag: "dark_theme", environmentKey };
    const start = await toggleFlag(test.database, { ...place, enabled: true });
    const planned = await scheduleToggle(test.database, { ...place, delayMs: 60_000 });
    expect(planned.enabled).toBe(false);
    const aheadMs = planned.liveFrom.getTime() - start.liveFrom.getTime();
    expect(aheadMs).toBeGreaterThanOrEqual(60_000);
    expect(aheadMs).toBeLessThan(65_000);
    expect(await setFlagValue(test.database, place, "unchanged")).toMatchObject({ enabled: true });
  });
});

describe("a change that cannot be made", () => {
  it("names flags that may have been meant", async () => {
    const place = { flag: "new_chekout", environmentKey: DEMO_KEYS.development };
    await expect(toggleFlag(test.database, place)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "no flag is called `new_chekout`; near: new_checkout",
    });
  });

  it("says when no environment has the key", async () => {
    const place = { flag: "new_checkout", environmentKey: "ser.unknown" };
    await expect(toggleFlag(test.database, place)).rejects.toMatchObject({ code: "KEY_UNKNOWN" });
  });
});

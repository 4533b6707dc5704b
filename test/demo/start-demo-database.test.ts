import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { startDemoDatabase } from "../../src/demo/start-demo-database.ts";
import { onDatabase } from "../support/database.ts";

it("starts the demo's database from nothing, with the sample in it, and takes everything away again", async () => {
  const demo = await startDemoDatabase();
  const place = { flag: "new_checkout", environmentKey: DEMO_KEYS.production };
  expect(await onDatabase(demo.url, (database) => toggleFlag(database, place))).toMatchObject({
    enabled: true,
  });
  const [row] = await onDatabase(demo.url, (database) => database.query("SHOW data_directory"));
  const directory = String(Reflect.get(row as object, "data_directory"));
  expect(existsSync(directory)).toBe(true);
  await demo.stop();
  expect(existsSync(directory)).toBe(false);
});

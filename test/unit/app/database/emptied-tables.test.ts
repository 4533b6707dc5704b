import { beforeEach, describe, expect, it } from "vitest";
import { EmptiedTables, type TablesState } from "../../../../src/app/database/emptied-tables.ts";

const WHOLE = { emptied: [], loading: false };
const MINUTE_MS = 60_000;

describe("tables that are emptied as a whole", () => {
  let tables: EmptiedTables;
  beforeEach(() => {
    tables = new EmptiedTables(["features"]);
    expect(look(0, { features: "1/1", tags: "2/2" })).toEqual(WHOLE);
  });

  /** A look at the tables that have rows, by where they lie; the others lie at 9/9, or nowhere. */
  const look = (nowMs: number, filled: Readonly<Record<string, string>>, nowhere?: string): TablesState =>
    tables.review({
      filled: new Set(Object.keys(filled)),
      storageOf: (table) => filled[table] ?? (table === nowhere ? "none" : "9/9"),
      nowMs,
    });

  it("are waited for until they have rows and a second was quiet", () => {
    expect(look(1_000, { tags: "2/2" })).toEqual({ emptied: ["features"], loading: false });
    tables.heard(2_000);
    expect(look(2_500, { features: "9/9", tags: "2/2" })).toEqual({ emptied: [], loading: true });
    expect(look(3_000, { features: "9/9", tags: "2/2" })).toEqual(WHOLE);
  });

  it("are believed to be meant so after a minute, unless nothing can be served without them", () => {
    expect(look(1_000, { features: "1/1" }).emptied).toEqual(["tags"]);
    expect(look(MINUTE_MS, { features: "1/1" }).emptied).toEqual(["tags"]);
    expect(look(1_000 + MINUTE_MS, { features: "1/1" })).toEqual(WHOLE);
    expect(look(2_000 + MINUTE_MS, {}).emptied).toEqual(["features"]);
    expect(look(9 * MINUTE_MS, {}).emptied).toEqual(["features"]);
  });

  it("are not waited for where notifications never end", () => {
    look(1_000, { features: "1/1" });
    tables.heard(1_000 + MINUTE_MS);
    expect(look(1_000 + MINUTE_MS, { features: "1/1", tags: "9/9" })).toEqual(WHOLE);
  });

  it("are none of those whose rows were deleted, or that were rewritten with their rows", () => {
    const deleted = tables.review({
      filled: new Set(["features"]),
      storageOf: (table) => (table === "tags" ? "2/2" : "8/8"),
      nowMs: 1_000,
    });
    expect(deleted).toEqual(WHOLE);
  });

  it("are remembered while they are missing", () => {
    expect(look(1_000, { features: "1/1" }, "tags")).toEqual(WHOLE);
    expect(look(2_000, { features: "1/1" }).emptied).toEqual(["tags"]);
    tables.expect("settings");
    expect(look(MINUTE_MS * 2, { features: "1/1", tags: "3/3" }, "settings")).toEqual(WHOLE);
    expect(look(MINUTE_MS * 3, { features: "1/1", tags: "3/3" }).emptied).toEqual(["settings"]);
  });
});

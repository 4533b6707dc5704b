import { expect, it } from "vitest";
import type { Logic } from "../../../src/model/document.ts";
import { PartTable } from "../../../src/translate/shared/part-table.ts";
import { partUses } from "../../../src/translate/shared/part-uses.ts";

const is = (name: string, value: Logic): Logic => ({ "===": [{ var: name }, value] });

it("equal parts are one object, different ones never", () => {
  const parts = [
    is("a", "1"),
    is("a", 1),
    is("a", true),
    is("b", "1"),
    { "!==": [{ var: "a" }, "1"] },
    { in: [{ var: "a" }, ["1"]] },
    { in: [{ var: "a" }, [1]] },
    { in: [{ var: "a" }, []] },
    { and: [is("a", 1), is("b", 2)] },
    { and: [is("b", 2), is("a", 1)] },
    { and: [{ and: [is("a", 1)] }, is("b", 2)] },
  ];
  const table = new PartTable();
  const known = parts.map((part) => table.of(part));
  expect(new Set(known).size).toBe(parts.length);
  expect(known.map(({ logic }) => logic)).toEqual(parts);
  table.release();
  const copies: Logic[] = parts.map((part) => JSON.parse(JSON.stringify(part)));
  for (const [index, copy] of copies.entries()) expect(table.of(copy)).toBe(known[index]);
});

it("counts characters as JSON has them", () => {
  const parts: Logic[] = [is("a", "é\n\u0000"), { or: [is("a", 1), ["x", 2.5, null, [is("b", true)]]] }];
  for (const part of parts) expect(new PartTable().of(part).length).toBe(JSON.stringify(part).length);
});

it("finds the uses of operations long enough to be worth a name, one within another", () => {
  const long = is("a", "x".repeat(80));
  const list: Logic = [is("a", 1), { "!": [long] }, "y".repeat(100)];
  const uses = partUses({ if: list }, new PartTable());
  expect(uses.map(({ logic }) => logic)).toEqual([{ "!": [long] }]);
  expect(uses[0]?.within.map(({ logic }) => logic)).toEqual([long]);
});

import { expect, it } from "vitest";
import type { Logic } from "../../../src/model/document.ts";
import { identifyParts } from "../../../src/translate/part-ids.ts";

const is = (name: string, value: Logic): Logic => ({ "===": [{ var: name }, value] });

it("equal parts have one id, different ones never", () => {
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
  const copies: Logic[] = parts.map((part) => JSON.parse(JSON.stringify(part)));
  const { idOf, textOf } = identifyParts([...parts, ...copies], 1);
  const ids = parts.map(idOf);
  expect(new Set(ids).size).toBe(parts.length);
  expect(copies.map(idOf)).toEqual(ids);
  expect(ids.map((id) => textOf(id ?? -1))).toEqual(parts.map((part) => JSON.stringify(part)));
});

it("counts characters as JSON has them", () => {
  const parts: Logic[] = [is("a", "é\n\u0000"), { or: [is("a", 1), ["x", 2.5, null, [is("b", true)]]] }];
  for (const part of parts) {
    const { length } = JSON.stringify(part);
    expect(identifyParts([part], length).idOf(part)).toBeDefined();
    expect(identifyParts([part], length + 1).idOf(part)).toBeUndefined();
  }
});

it("knows operations only, and only those it took in", () => {
  const list: Logic = [is("a", 1), is("a", 2)];
  const { idOf } = identifyParts([list], 1);
  expect([list, "text", is("a", 1)].map(idOf)).toEqual([undefined, undefined, undefined]);
});

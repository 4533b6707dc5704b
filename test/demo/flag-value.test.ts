import { expect, it } from "vitest";
import { storedValue, typedValue } from "../../src/demo/writer/flag-value.ts";
import { nearNames } from "../../src/support/near-names.ts";

it.each([
  ["7", 7],
  ["007", 7],
  ["-3", -3],
  ["2147483646", 2147483646],
  ["2147483647", "2147483647"],
  ["3.14", "3.14"],
  ["true", true],
  ["False", false],
  ["TRUE", "TRUE"],
  ["", ""],
  ['{"a": 1}', '{"a": 1}'],
])("types %j as Flagsmith does", (text, value) => {
  expect(typedValue(text)).toBe(value);
});

it("stores whole numbers of 32 bits as numbers, all others as text", () => {
  expect(storedValue(5)).toEqual({ type: "int", boolean: null, integer: 5, text: null });
  expect(storedValue(1.5)).toEqual({ type: "unicode", boolean: null, integer: null, text: "1.5" });
  expect(storedValue(2 ** 31)).toEqual({ type: "unicode", boolean: null, integer: null, text: "2147483648" });
  expect(storedValue(false)).toEqual({ type: "bool", boolean: false, integer: null, text: null });
  expect(storedValue(null)).toEqual({ type: "unicode", boolean: null, integer: null, text: null });
});

it("finds names that are meant", () => {
  const names = ["new_checkout", "guest_checkout", "dark_theme", "vat_rate"];
  expect(nearNames("new_chekout", names)).toEqual(["new_checkout"]);
  expect(nearNames("checkout", names)).toEqual(["new_checkout", "guest_checkout"]);
  expect(nearNames("zzzzzzzzzzzzzz", names, 2)).toHaveLength(2);
});

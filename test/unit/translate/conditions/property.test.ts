import { describe, expect, test } from "vitest";
import { answers, translate } from "./evaluate.ts";

const people = [
  { targetingKey: "joe@corp.com" },
  { targetingKey: "007" },
  { targetingKey: "Zed" },
  { targetingKey: "" },
  {},
];
const on = (property: string | null, operator: string, value: string | null) => ({
  property,
  operator,
  value,
});

describe("a property", () => {
  test.each(["$.identity.traits.b", "$.identity.traits['b']", '$.identity["traits"]["b"]'])(
    "%s is the trait b",
    (path) => {
      expect(translate(on(path, "EQUAL", "x")).logic).toEqual(translate(on("b", "EQUAL", "x")).logic);
    },
  );

  test("$.identity.identifier is the targeting key, read as a number where it looks like one", () => {
    const path = "$.identity.identifier";
    expect(answers(on(path, "EQUAL", "joe@corp.com"), people)).toBe("TFFFF");
    expect(answers(on(path, "EQUAL", "7"), people)).toBe("FTFFF");
    expect(answers(on(path, "IN", "Zed,7"), people)).toBe("FTTFF");
    expect(answers(on(path, "NOT_CONTAINS", "@"), people)).toBe("FFTFF");
    expect(answers(on(path, "IS_SET", ""), people)).toBe("TTTFF");
    expect(answers(on(path, "IS_NOT_SET", ""), people)).toBe("FFFTT");
  });

  test.each([
    ["EQUAL", "aBc12x_007", "FTFFF"],
    ["EQUAL", "007", "FFFFF"],
    ["NOT_EQUAL", "aBc12x_007", "TFTFF"],
    ["NOT_EQUAL", "other_007", "TTTFF"],
    ["IN", "aBc12x_007,aBc12x_Zed,aBc12x_", "FTTFF"],
    ["CONTAINS", "12x", "TTTFF"],
    ["CONTAINS", "12x_jo", "TFFFF"],
    ["NOT_CONTAINS", "@corp", "FTTFF"],
    ["GREATER_THAN", "aBc", "TTTFF"],
    ["GREATER_THAN", "b", "FFFFF"],
    ["LESS_THAN", "aBc12x_a", "FTTFF"],
    ["EQUAL", "1.2.3:semver", "FFFFF"],
    ["MODULO", "2|1", "FFFFF"],
    ["REGEX", "aBc12x_.*@corp\\.com$", "TFFFF"],
    ["REGEX", "joe", "FFFFF"],
    ["IS_SET", "", "TTTFF"],
    ["IS_NOT_SET", "", "FFFTT"],
  ])("$.identity.key %s %j", (operator, value, expected) => {
    expect(answers(on("$.identity.key", operator, value), people)).toBe(expected);
  });

  test.each([
    ["2024", "\\d{4}$", true],
    ["2024", "\\d{5}$", false],
    ["0.00001", "^1e-05$", true],
    ["-0.0", "^-0\\.0$", true],
    ["007", "^7$", true],
    ["٣", "^\\d$", "narrowed"],
  ])("the environment %s under the pattern %s: %s", (name, value, expected) => {
    const environment = { name, key: "aBc12x" };
    const { logic, warnings } = translate(on("$.environment.name", "REGEX", value), { environment });
    expect(logic).toBe(expected === true);
    expect(warnings).toEqual(expected === "narrowed" ? ["regex_unsupported"] : []);
  });

  test.each([
    ["$.environment.name", "EQUAL", "Production 2.0", true],
    ["$.environment.name", "NOT_EQUAL", "Production 2.0", false],
    ["$.environment.name", "CONTAINS", "Prod", true],
    ["$.environment.name", "REGEX", "^Prod.*0$", true],
    ["$.environment.name", "IN", "Staging,Production 2.0", true],
    ["$.environment.key", "GREATER_THAN", "aBc", true],
    ["$.environment.key", "IS_SET", "", true],
    ["$['environment'].key", "EQUAL", "x", false],
    ["$.environment['key']", "EQUAL", "aBc12x", true],
  ])("%s %s %j is the constant %j", (property, operator, value, expected) => {
    const { logic } = translate(on(property, operator, value));
    expect(logic).toEqual(property.startsWith("$.") ? expected : expect.anything());
  });

  test.each([
    "",
    null,
    "$.identity.traits",
    "$.environment.id",
    "$.foo",
    "$.identity.identifier.x",
    "$.identity[0]",
  ])("%j is missing for everybody", (property) => {
    expect(translate(on(property, "NOT_EQUAL", "x")).logic).toBe(false);
    expect(translate(on(property, "IS_NOT_SET", "")).logic).toBe(true);
  });

  test("a path that may find something we cannot follow narrows", () => {
    for (const path of ["$..identifier", "$.identity.*", "$.identity[?@.x]"]) {
      expect(translate(on(path, "EQUAL", "x"))).toMatchObject({
        logic: false,
        warnings: ["malformed_value"],
      });
      expect(translate(on(path, "EQUAL", "x"), { negated: true }).logic).toBe(true);
    }
  });

  test("a dotted name needs nesting, and the warning says how", () => {
    const { warnings, details } = translate(on("user.tier", "EQUAL", "gold"));
    expect(warnings).toEqual(["dotted_property"]);
    expect(details[0]).toContain('{"user": {"tier": …}}');
    expect(answers(on("user.tier", "EQUAL", "gold"), [{ user: { tier: "gold" } }, {}])).toBe("TF");
    expect(translate(on("$.identity.traits.my-trait", "IS_SET", "")).warnings).toEqual(["dotted_property"]);
  });

  test.each(["a.", ".a", "..", "./x", "a..b", "$flagd.flagKey", "targetingKey", "__proto__", "a\\.b"])(
    "%s is beyond reach and narrows",
    (property) => {
      expect(translate(on(property, "IS_NOT_SET", ""))).toMatchObject({
        logic: false,
        warnings: ["dotted_property"],
      });
      expect(translate(on(property, "EQUAL", "x"), { negated: true }).logic).toBe(true);
    },
  );
});

describe("an operator", () => {
  test("that nobody knows narrows", () => {
    expect(translate(on("a", "SOUNDS_LIKE", "x"))).toMatchObject({
      logic: false,
      warnings: ["unknown_operator"],
    });
    expect(translate(on("a", "toString", "x"), { negated: true }).logic).toBe(true);
  });

  test("without a value takes it for Python's None", () => {
    expect(translate(on("a", "EQUAL", null)).logic).toEqual(translate(on("a", "EQUAL", "None")).logic);
    expect(translate(on("a", "IN", null))).toMatchObject({ logic: false, warnings: ["malformed_value"] });
  });
});

import fc from "fast-check";
import type { Condition, SegmentRule } from "../../../src/model/environment.ts";
import { condition } from "../../support/build-snapshot.ts";
import { type FamilyName, IDENTIFIERS, PROPERTIES, valueIn } from "./values.ts";

/** All operators that Flagsmith has. */
export const OPERATORS = [
  "EQUAL",
  "NOT_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_INCLUSIVE",
  "LESS_THAN",
  "LESS_THAN_INCLUSIVE",
  "CONTAINS",
  "NOT_CONTAINS",
  "IN",
  "REGEX",
  "MODULO",
  "IS_SET",
  "IS_NOT_SET",
  "PERCENTAGE_SPLIT",
] as const;

type Operator = (typeof OPERATORS)[number];

/** The environment's key: the beginning of `$.identity.key`. */
export const ENVIRONMENT_KEY = "client-key";

const PATTERNS = [
  "abc",
  "^abc$",
  "abc$",
  ".*abc$",
  ".*abc",
  "^(premium|abc)$",
  "premium|abc",
  "^[a-c]+$",
  "^[A-Z]{2}$",
  "^\\d+$",
  "\\d{4}-\\d{2}-\\d{2}",
  ".*@example\\.com$",
  "^[^@]+@example\\.com$",
  "^5",
  "5$",
  "^5$",
  "^0",
  "^-",
  "^52\\.52",
  "^0\\.0$",
  ".*9$",
  "True",
  "^True$",
  "(?i)premium",
  "^.*$",
  "",
  "^$",
  ".",
  "a.c",
  "a?b",
  "^1\\.",
  "-?\\d",
  "(",
  "[a",
  "*",
  "a{1",
  "(?P<n>a)b",
  "(a)\\1",
  "^\\w+$",
  "\\Aabc\\Z",
  "jo[eö]",
  "é",
] as const;
const MODULI = [
  "2|0",
  "2|1",
  "3|2",
  "-3|-1",
  "2.5|0",
  "2.5|1.5",
  "0|0",
  "x|1",
  "2",
  "",
  "2|1|0",
  "1|0",
  " 7 | 0 ",
  "nan|1",
  "inf|5",
  "1e1|5",
] as const;
const SHARES = ["0", "100", "50", "33.3", "", "abc", "-5", "150", "nan", " 100 "] as const;

/** Patterns put together from what translates, what does not, and what only looks as if it did. */
const composedPattern = fc
  .tuple(
    fc.constantFrom("", "", "^", ".*", "^.*", "\\A"),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          "a",
          "b",
          "abc",
          "5",
          "0",
          "\\.",
          "\\d",
          "[a-c]",
          "[^@]",
          "[0-9]",
          ".",
          "(a|b)",
          "(?:ab|c)",
          "-",
          "é",
          "\\w",
          "@",
          " ",
        ),
        fc.constantFrom("", "", "", "?", "+", "*", "{2}", "{1,3}"),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom("", "", "$", ".*", ".*$", "\\Z", "|x", "|^5$"),
  )
  .map(([start, atoms, end]) => `${start}${atoms.map((parts) => parts.join("")).join("")}${end}`);

function valueFor(operator: Operator, family: FamilyName): fc.Arbitrary<string | null> {
  switch (operator) {
    case "REGEX":
      return fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...PATTERNS) },
        { weight: 3, arbitrary: composedPattern },
        { weight: 1, arbitrary: valueIn(family) },
      );
    case "MODULO":
      return fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...MODULI) },
        { weight: 1, arbitrary: valueIn(family) },
      );
    case "PERCENTAGE_SPLIT":
      return fc.constantFrom(...SHARES);
    case "IS_SET":
    case "IS_NOT_SET":
      return fc.constantFrom("", "None", null);
    case "IN":
      return fc.oneof({ weight: 3, arbitrary: valueIn("list") }, { weight: 2, arbitrary: listOf(family) });
    default:
      return fc.oneof(
        { weight: 15, arbitrary: valueIn(family) },
        { weight: 1, arbitrary: fc.constant(null) },
      );
  }
}

function listOf(family: FamilyName): fc.Arbitrary<string> {
  const items = fc.array(valueIn(family), { minLength: 1, maxLength: 4 });
  return fc.oneof(
    items.map((list) => list.join(",")),
    items.map((list) => JSON.stringify(list)),
  );
}

/** Operators by how often they occur in rules; the rare end every rule that they stand in. */
const anyOperator = fc.constantFrom(
  ...OPERATORS.slice(0, 13),
  ...OPERATORS.slice(0, 13),
  "PERCENTAGE_SPLIT" as const,
);

/** A condition with this operator on one of the traits. */
export function traitCondition(operator: Operator): fc.Arbitrary<Condition> {
  const families = PROPERTIES.map(([name, family]) =>
    valueFor(operator, family).map((value) => condition(name, operator, value)),
  );
  return fc.oneof(...families);
}

/** A condition on what is known of identity and environment, or on a path that leads nowhere. */
const pathCondition: fc.Arbitrary<Condition> = fc
  .tuple(anyOperator, pathAndValue())
  .chain(([operator, [path, own]]) =>
    fc
      .oneof({ weight: 3, arbitrary: own }, { weight: 1, arbitrary: valueFor(operator, "word") })
      .map((value) => condition(path, operator, value)),
  );

function pathAndValue(): fc.Arbitrary<[string, fc.Arbitrary<string>]> {
  const identifiers = fc.oneof(
    fc.constantFrom<string[]>(...IDENTIFIERS),
    fc.subarray([...IDENTIFIERS], { minLength: 1 }).map((list) => JSON.stringify(list)),
  );
  const keys = fc.oneof(
    fc.constantFrom<string[]>(...IDENTIFIERS).map((identifier) => `${ENVIRONMENT_KEY}_${identifier}`),
    fc.constantFrom("client", "_", "bob", "z", ENVIRONMENT_KEY),
  );
  const names = fc.constantFrom("Production", "Prod", "2024", "1.5", "Production,2024", ENVIRONMENT_KEY);
  return fc.oneof(
    fc.tuple(fc.constant("$.identity.identifier"), fc.constant(identifiers)),
    fc.tuple(fc.constant("$.identity.key"), fc.constant(keys)),
    fc.tuple(fc.constantFrom("$.environment.name", "$.environment.key"), fc.constant(names)),
    fc.tuple(
      fc.constantFrom("$.identity.traits.plan", "$.identity.traits['first name']"),
      fc.constant(valueIn("word")),
    ),
    fc.tuple(
      fc.constantFrom("$.identity.traits.age", "$.identity.traits['user.age']"),
      fc.constant(valueIn("number")),
    ),
    fc.tuple(
      fc.constantFrom(
        "$.identity",
        "$.environment",
        "$.foo.bar",
        "$.identity.name",
        "$.",
        "$.a b",
        "$..plan",
        "$.identity.*",
      ),
      fc.constant(valueIn("word")),
    ),
  );
}

const oddCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom(
    condition("plan", "IS_WITHIN", "x"),
    condition("a.", "EQUAL", "x"),
    condition("", "EQUAL", ""),
  ),
  valueFor("PERCENTAGE_SPLIT", "word").map((value) => condition(null, "PERCENTAGE_SPLIT", value)),
);

/** Any condition that the database may hold. */
export const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 12, arbitrary: anyOperator.chain(traitCondition) },
  { weight: 3, arbitrary: pathCondition },
  { weight: 1, arbitrary: oddCondition },
);

/** Rules of all types, nested up to four deep: deeper than REST admits, as old rows may be. */
export const anyRule: fc.Arbitrary<SegmentRule> = fc.letrec<{ rule: SegmentRule }>((tie) => ({
  rule: fc.record({
    type: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom("ALL", "ANY", "NONE") },
      { weight: 1, arbitrary: fc.constant("SOME") },
    ),
    conditions: fc.array(anyCondition, { maxLength: 3 }),
    rules: fc.oneof(
      { maxDepth: 3, depthSize: "small", withCrossShrink: true },
      fc.constant([]),
      fc.array(tie("rule"), { maxLength: 2 }),
    ),
  }),
})).rule;

import fc from "fast-check";
import type { Trait } from "../model/trait.ts";

/** Values of one kind: what a condition compares with, and what an identity may hold. */
export interface Family {
  readonly values: readonly string[];
  readonly traits: readonly Trait[];
}

const VERSIONS = ["1.2.3", "1.10.0", "2.0.0", "1.2.3-rc1", "1.2.3-rc.2", "1.2.3+b5", "10.0.0", "0.0.0"];
const NEAR_VERSIONS = ["1.2", "v1.2.3", "1", "01.2.3", "1.2.3.4", "1.2-rc", ""];

/** Every kind of value that goes wrong somewhere; each pool is small, so that hits and near misses are frequent. */
export const FAMILIES = {
  word: {
    values: ["premium", "abc", "ab", "b", "", "True", "None", "a b", "é", "日本", "😀", "PREMIUM"],
    traits: [
      "premium",
      "abc",
      "abcd",
      "ab",
      "b",
      "",
      "PREMIUM",
      "a b",
      "é",
      "jöe",
      "日本",
      "😀",
      " abc",
      "None",
      "a\nb",
      "abc\n",
      "premium\n",
      "$1",
      "\\",
    ],
  },
  number: {
    values: [
      "5",
      "05",
      " 5",
      "5.0",
      "18",
      "18.5",
      "-3",
      "-1.5",
      "0",
      "1",
      "-0",
      "1_000",
      "1e3",
      "inf",
      "nan",
      "+5",
      "1.50",
    ],
    traits: [
      5,
      0,
      1,
      18,
      18.5,
      19,
      -3,
      -1.5,
      1000,
      2.5,
      "5",
      "05",
      "5.0",
      "5.00",
      " 5",
      "18.5",
      "-3",
      "0",
      "1.5",
      "1000",
      "-0",
      "+5",
      "1e3",
      "007",
      "5.",
      "5\n",
      "\t5",
      "5,5",
      "1_000",
      "٥",
      1e-7,
      0.1,
      0.0005,
      "10.00001",
      "0.00001",
      "-0.0",
    ],
  },
  boolean: {
    values: ["true", "false", "True", "False", "TRUE", "1", "0", "yes", ""],
    traits: [true, false, "true", "false", "True", "False", 0, 1, "1", "0", "yes"],
  },
  date: {
    values: ["2024-01-05", "2024-01-05T10:00:00Z", "2024", "20240105", "2024-1-5"],
    traits: [
      "2024-01-05",
      "2024-01-06",
      "2023-12-31",
      "2024-1-5",
      "2024-01-05T10:00:00Z",
      "2024",
      "20240105",
      2024,
      20240105,
    ],
  },
  version: {
    values: [...VERSIONS, ...NEAR_VERSIONS].flatMap((version) => [`${version}:semver`, version]),
    traits: [...VERSIONS, ...NEAR_VERSIONS, 1, 1.2],
  },
  list: {
    values: [
      "DE,AT",
      "DE, AT",
      '["DE","AT"]',
      '["DE", 5, true, null]',
      "[5, 7.0, 1]",
      '["DE"',
      "5,05,x",
      "",
      "0,1",
      "[]",
      "premium,abc",
      "a,,b",
    ],
    traits: ["DE", "AT", " AT", 5, 7, 1, 0, true, "5", "05", "x", "", '["DE"', "premium", "None", "True"],
  },
  mail: {
    values: ["@example.com", "joe@example.com", "example.com", "joe", ".com"],
    traits: ["joe@example.com", "JOE@EXAMPLE.COM", "x@example.com.evil", "example.com", "joe", ""],
  },
  large: {
    values: ["2147483648", "9007199254740991", "123456789012", "0.30000000000000004", "-2147483649"],
    traits: [
      2147483648,
      9007199254740991,
      0.3,
      "2147483648",
      "123456789012",
      "1234567890123",
      "00000000000005",
      "123456789012345678",
      "12345678901234567890123",
      "-0000000000000000000000000000001.50",
      "0.1234567890123456789012345",
      "52.520006599999996",
      "0.99999999999999999999",
      "9".repeat(60),
      1234567890123456,
      -20240105000,
    ],
  },
} as const satisfies Readonly<Record<string, Family>>;

/** A kind of value. */
export type FamilyName = keyof typeof FAMILIES;

const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** Text in which number-like, version-like and plain characters meet, and those that evaluators treat in their own way. */
const anyText = fc.string({
  unit: fc.constantFrom(..."0159.-aAbZ~ é_:@+|,[]\"'$\\\n\t\u00a0日😀"),
  maxLength: 7,
});

/** Number-like text of up to forty digits, more than any float has, zeros and nines in front. */
const longNumber = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.constantFrom("0", "5", "00", "99"),
    fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 18 }),
    fc.constantFrom("", ".", ".0000", ".9999"),
    fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 18 }),
  )
  .map((parts) => parts.join(""));

/** A condition's value: of the family, of any other, or any text. */
export function valueIn(family: FamilyName): fc.Arbitrary<string> {
  const all = FAMILY_NAMES.flatMap((name): readonly string[] => FAMILIES[name].values);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<string[]>(...FAMILIES[family].values) },
    { weight: 2, arbitrary: fc.constantFrom(...all) },
    { weight: 1, arbitrary: anyText },
  );
}

/** A trait: of the family, of any other, any text or number, however long, or null. */
export function traitOf(family: FamilyName): fc.Arbitrary<Trait> {
  const all = FAMILY_NAMES.flatMap((name): readonly Trait[] => FAMILIES[name].traits);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Trait[]>(...FAMILIES[family].traits) },
    { weight: 2, arbitrary: fc.constantFrom(...all) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: longNumber },
    { weight: 1, arbitrary: fc.integer({ min: -30, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100 || 0) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

/** Identifiers, odd ones among them; `null` and empty mean that nobody is named. */
export const IDENTIFIERS = [
  "u1",
  "bob",
  "007",
  "7",
  "1.50",
  "jöe",
  "a b",
  " u1",
  "u1,bob",
  "true",
  "日本",
  '"q"',
] as const;

/** Traits by name and the family of their values. Dotted ones are nested for flagd. */
export const PROPERTIES: readonly (readonly [name: string, family: FamilyName])[] = [
  ["plan", "word"],
  ["age", "number"],
  ["beta", "boolean"],
  ["since", "date"],
  ["app", "version"],
  ["country", "list"],
  ["email", "mail"],
  ["id", "large"],
  ["user.tier", "word"],
  ["user.age", "number"],
  ["first name", "word"],
  ["größe", "number"],
  ["$x", "number"],
  ["constructor", "word"],
  ["toString", "boolean"],
  ["0", "number"],
  ["a/b", "list"],
];

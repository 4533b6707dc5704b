import { describe, expect, test } from "vitest";
import { answers, translate, withTrait } from "./evaluate.ts";

type Trait = string | number | boolean;
type Regression = [name: string, operator: string, value: string, traits: Trait[], expected: string];

/** Counter-examples found by comparing six evaluators; the answers are those of PyPI flagsmith-flag-engine 10.2.0. */
const REGRESSIONS: Regression[] = [
  [
    "any number of leading zeros",
    "EQUAL",
    "18",
    ["18", "018", `${"0".repeat(22)}18`, "018.000", "18.", "180", "0180", "-18", "18 ", " 18", "18\n"],
    "TTTTFFFFFFF",
  ],
  [
    "zeros around a negative number",
    "EQUAL",
    "-5",
    ["-5", "-005", "-5.00", "5", "--5", "-", "-5."],
    "TTTFFFF",
  ],
  ["minus zero is zero", "EQUAL", "0", ["0", "000", "-0", "-00", "0.0", "-0.0", "", "-", ".0"], "TTTTTTFFF"],
  ["decimals with trailing zeros", "EQUAL", "18.5", ["18.5", "018.500", "18", "18.05"], "TTFF"],
  ["an exponent's number in plain digits", "EQUAL", "1e3", ["1000.0", "1000", "1e3", "1000.00"], "TFTT"],
  [
    "long numbers digit by digit, unlike doubles",
    "NOT_EQUAL",
    "12345",
    ["12345", "00012345", "12346", "9".repeat(30), "abc", "12345.0", "12345."],
    "FFTTTFT",
  ],
  [
    "number-like text of any length is no text",
    "NOT_EQUAL",
    "gold",
    [
      "9".repeat(21),
      `-${"9".repeat(60)}`,
      "1".repeat(250),
      `18.4${"9".repeat(19)}`,
      `${"9".repeat(21)}x`,
      "gold",
      "silver",
    ],
    "FFFFTFT",
  ],
  [
    "long numbers compare by value",
    "GREATER_THAN",
    "18",
    [
      "9".repeat(30),
      `-${"9".repeat(25)}`,
      `${"0".repeat(22)}19`,
      `${"0".repeat(22)}18`,
      `18.${"0".repeat(19)}1x`,
    ],
    "TFTFT",
  ],
  [
    "line breaks and control characters are below",
    "GREATER_THAN",
    "abc",
    ["ab\n", "ab\nz", "ab\u0001", "ab\u007f", "abd", "abc\n", "abc\u0000"],
    "FFFTTTT",
  ],
  [
    "quotes, dollars and backslashes in order",
    "GREATER_THAN",
    "a#b",
    ['a"z', "a$", "a\\", "a!z", "a#b", "a#c", "a#\\"],
    "FTTFFTF",
  ],
  [
    "characters beyond the value's alphabet",
    "GREATER_THAN_INCLUSIVE",
    "18",
    ["é", "日本", "🙂", "1🙂", "1\u0301", "\t9", "\n", "1"],
    "TTTTTFFF",
  ],
  ["accents in the value", "LESS_THAN", "café", ["cafe", "café", "cafè\n", "cafê", "café🙂"], "TFTFF"],
  ["no number in line breaks", "LESS_THAN_INCLUSIVE", "5", ["5\n", "5", "\n5", "\n", "4\n"], "FTTTT"],
  ["unicode digits are text", "EQUAL", "3", ["٣", "３", "3"], "FFT"],
  ["unicode digits in the value are a number", "EQUAL", "１８", ["18", "１８", 18], "TTT"],
  [
    "signs and spaces make text",
    "GREATER_THAN",
    "1",
    ["+5", " 5", "5 ", "5.", ".5", "1e5", "1_000"],
    "FFTTFTT",
  ],
  [
    "long numbers contain nothing",
    "CONTAINS",
    "9",
    ["9".repeat(30), `${"9".repeat(30)}a`, `0.${"9".repeat(23)}`],
    "FTF",
  ],
  [
    "long numbers lack nothing",
    "NOT_CONTAINS",
    "a",
    ["9".repeat(30), `${"9".repeat(30)}b`, `${"9".repeat(30)}a`, "-0"],
    "FTFF",
  ],
  [
    "leading zeros in lists",
    "IN",
    "5,-7,0,abc",
    [
      "5",
      "00005",
      `${"0".repeat(20)}5`,
      "-007",
      "-0",
      "-00",
      "-",
      "",
      "5.0",
      "5 ",
      "abc",
      "05x",
      5,
      -7,
      0,
      true,
      false,
    ],
    "TTTTTTFFFFTFTTTFF",
  ],
  [
    "one zero before a long item",
    "IN",
    "123456789012345",
    ["0123456789012345", "123456789012345", "0"],
    "TTF",
  ],
  ["nothing of a decimal in lists", "IN", "1.5,05", ["1.5", "05", "5", 1.5], "FFFF"],
  [
    "versions with long numbers",
    "GREATER_THAN",
    "10.0.0:semver",
    ["12345.1.0", "123456789.0.0", "9.9.9", "10.0.0", "10.0.0+b"],
    "TTFFF",
  ],
  [
    "no version in white space",
    "GREATER_THAN_INCLUSIVE",
    "1.2.3:semver",
    ["1.2.3", "1.2.3 ", " 1.2.3", "1.2.3\n", "1.2.3-rc1 ", "1.2.4-rc1"],
    "TFFFFT",
  ],
  [
    "no padding of short versions",
    "LESS_THAN",
    "10.0.0:semver",
    ["1.2-rc.1.2", "1-rc.1.2", "1+a.b.c", "1.2.3.4", "01.2.3", "1.02.3", "v1.2.3", "1.2.3-01", "1.2.3-rc.1"],
    "FFFFFFFFT",
  ],
  [
    "builds are equal",
    "LESS_THAN_INCLUSIVE",
    "1.2.3:semver",
    ["1.2.3+b5", "1.2.3+b!", "1.2.4+b5", "1.2.3-rc1+b5", "1.2.3+"],
    "TFFTF",
  ],
  [
    "builds are equal, and pre-releases are not",
    "EQUAL",
    "1.2.3-rc1+b1:semver",
    ["1.2.3-rc1", "1.2.3-rc1+b5", "1.2.3", "1.2.3-rc1 ", "1.2.3-rc1+"],
    "TTFFF",
  ],
  ["remainders of decimals", "MODULO", "2.5|0.5", [0.5, 3, -2, 5.5, "-4.5", "3.0", -4.5], "TTTTTTT"],
  ["remainders of negative numbers", "MODULO", "3|2", [2, -1, -4, 5, "-1", "-01", 1], "TTTTTTF"],
  ["negative divisors", "MODULO", "-3|-1", [-1, 2, 5, -4, 1, 0], "TTTTFF"],
  ["no rest of minus zero", "MODULO", "3|0", [-6, 0, "-0", "-6.0", "9".repeat(21), false, true], "TTTTFTF"],
  ["an end before the last line break", "REGEX", "^abc$", ["abc", "abc\n", "abc\n\n", "abcd"], "TTFF"],
  [
    "no line break in a gap",
    "REGEX",
    ".*@corp\\.com$",
    ["joe@corp.com", "joe@corp.com\n", "a\njoe@corp.com", "joe@corp.com\n\n"],
    "TTFF",
  ],
  [
    "the first line only",
    "REGEX",
    ".*b",
    ["ab", "a\nb", "xb\ny", "\nb", "b\n", `ab${"\n".repeat(150)}`],
    "TFTFTT",
  ],
  ["a gap up to the end of the line", "REGEX", "^ab.*$", ["ab", "abx", "ab\n", "ab\nx", "abx\n\n"], "TTTFF"],
  ["something on the line", "REGEX", ".+@corp\\.com$", ["x@corp.com", "@corp.com", "\n@corp.com"], "TFF"],
  ["ends that overlap the beginning", "REGEX", "^ab.*ba$", ["aba", "abba", "ab\nba"], "FTF"],
  [
    "runs of any length",
    "REGEX",
    "^[a-z]+$",
    ["x".repeat(300), `${"x".repeat(1500)}1`, "x\n", "x\nx", ""],
    "TFTFF",
  ],
  [
    "number-like text by its number's print",
    "REGEX",
    "^5",
    ["5", "05", "0005.50", "50", "-5", "5a", "05a", "٥"],
    "TTTTFTFF",
  ],
  ["only the number's own print", "REGEX", "^05$", ["05", "5", "05\n"], "FFT"],
  ["whole numbers that spell one", "REGEX", "^5$", ["5", "005", "5.0", "5\n", "05\n", 5], "TTFTFT"],
  ["decimals that spell one", "REGEX", "^1\\.5$", ["1.5", "01.50", "1.5\n", "1.50\n", "1.05", 1.5], "TTTFFT"],
  ["zip codes", "REGEX", "^[0-9]{5}$", ["12345", "01234", "0012345", "12345\n", "123456", 12345], "TFTTFT"],
  [
    "minus zero's print",
    "REGEX",
    "^[0-9]+$",
    ["-0", "-00", "0", "-5", "12.5", "12", -0.5, 12, 1000000000000],
    "TTTFFTFTT",
  ],
  ["large numbers' digits", "REGEX", "^49", [491712345678, "491712345678", 49, 4, "0049"], "TTTFT"],
  [
    "any white space",
    "REGEX",
    "^user\\sx$",
    ["user x", "user\tx", "user\u2003x", "user\u00a0x", "user_x", "user x\n"],
    "TTTTFT",
  ],
  ["a literal beyond U+FFFF", "REGEX", "a🙂$", ["a🙂", "a🙂\n", "a", "xa🙂"], "TTFF"],
];

/** What is not exact narrows: no answer lets in whom Flagsmith keeps out, and the translation says so. */
const LIMITS: Regression[] = [
  ["digits of other scripts", "REGEX", "^\\d+$", ["12", "٣", "1٣"], "TTT"],
  ["letters of other scripts", "REGEX", "^\\w+$", ["ab", "日本"], "TT"],
  ["one character beyond U+FFFF", "REGEX", "^a.c$", ["abc", "a🙂c", "a\nc", "abbc"], "TTFF"],
  ["two characters, not one beyond U+FFFF", "REGEX", "^..$", ["ab", "🙂", "é日", "a\n"], "TFTF"],
  ["at least one character behind one", "REGEX", "^a.+.$", ["abc", "a🙂", "ab🙂"], "TFT"],
  ["the order beyond U+024F", "GREATER_THAN", "日本", ["日本", "日", "月", "a", "龍"], "FFTFT"],
  ["numbers beyond 2^53", "GREATER_THAN", "9007199254740993", ["9007199254740992", "9007199254740994"], "FT"],
  ["numbers beyond 2^53 at the edge", "LESS_THAN_INCLUSIVE", "9007199254740992", ["9007199254740993"], "F"],
];

describe("regressions", () => {
  test.each(REGRESSIONS)("%s: %s %j", (_, operator, value, traits, expected) => {
    const contexts = withTrait(...traits);
    const condition = { operator, value };
    expect(answers(condition, contexts)).toBe(expected);
    expect(answers(condition, contexts, { negated: true })).toBe(expected);
    expect(translate(condition).warnings).toEqual([]);
  });

  test.each(REGRESSIONS)("%s, compact: %s %j only narrows", (_, operator, value, traits, expected) => {
    expectNarrower({ operator, value }, traits, { encoding: "compact", expected });
  });
});

describe("limits", () => {
  test.each(LIMITS)("%s: %s %j narrow, and warn", (_, operator, value, traits, expected) => {
    expectNarrower({ operator, value }, traits, { encoding: "exact", expected });
    expect(translate({ operator, value }).warnings).toHaveLength(1);
    expect(translate({ operator, value }, { negated: true }).warnings).toHaveLength(1);
  });
});

function expectNarrower(
  condition: { readonly operator: string; readonly value: string },
  traits: readonly Trait[],
  { encoding, expected }: { readonly encoding: "exact" | "compact"; readonly expected: string },
): void {
  const contexts = withTrait(...traits);
  const [below, above] = [false, true].map((negated) => answers(condition, contexts, { encoding, negated }));
  for (const [index, letter] of Array.from(expected).entries()) {
    if (letter === "F") expect([traits[index], below?.[index]]).toEqual([traits[index], "F"]);
    if (letter === "T") expect([traits[index], above?.[index]]).toEqual([traits[index], "T"]);
  }
}

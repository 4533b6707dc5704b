import { describe, expect, test } from "vitest";
import { answers, translate, withTrait } from "./evaluate.ts";

/** Which of these texts Python's `re.match` takes. */
describe("REGEX on text", () => {
  test.each<[pattern: string, matching: string[], others: string[]]>([
    ["^abc", ["abc", "abcd"], ["xabc", "ABC", ""]],
    ["abc$", ["abc"], ["abcd", "xabc"]],
    [".*@corp\\.com$", ["joe@corp.com", "@corp.com"], ["joe@corp.com.evil", "joe@corpxcom"]],
    [".+@corp\\.com$", ["joe@corp.com"], ["@corp.com"]],
    ["[^@]+@corp\\.com$", ["joe@corp.com"], ["j@o@corp.com", "@corp.com"]],
    ["[a-z]+@(corp|foo)\\.(com|org)$", ["joe@foo.org"], ["Joe@foo.org", "joe@bar.org", "@foo.org"]],
    ["^user-.+@corp\\.com$", ["user-1@corp.com"], ["user-@corp.com", "x user-1@corp.com"]],
    ["^ab.*ba$", ["abba", "ab ba"], ["aba"]],
    ["^[A-Z]{2}-\\d+$", ["AB-1", "AB-123456"], ["ABC-1", "AB-", "AB-1x", "ab-1"]],
    ["[A-Z]{2,3}-\\d", ["AB-12", "ABC-1"], ["A-1", "ABCD-1"]],
    ["^(a(b|c)a)$", ["aba", "aca"], ["aa", "abca"]],
    ["colou?r", ["color", "colours"], ["colr"]],
    ["^ab~?$", ["ab", "ab~"], ["ab~~"]],
    ["^foo.bar$", ["foo.bar", "fooxbar"], ["foobar", "fooxbarx"]],
    ["a.$", ["ab"], ["a", "abc"]],
    ["v?1\\.2\\.3$", ["v1.2.3", "1.2.3"], ["1.2.3.4"]],
    ["[.]|\\(a\\)", [".", "(a)"], ["a"]],
    ["^2024-(01|02)-\\d\\d", ["2024-02-29T10"], ["2024-03-01", "2024-01-1"]],
    ["^\\d+$", ["0171555", "5"], ["1.5", "5-5", ""]],
    ["^0", ["0", "0.5", "0171-555"], ["05", "007", "5"]],
  ])("%s", (pattern, matching, others) => {
    const condition = { operator: "REGEX", value: pattern };
    const texts = withTrait(...matching, ...others);
    const expected = "T".repeat(matching.length) + "F".repeat(others.length);
    expect(answers(condition, texts)).toBe(expected);
    expect(translate(condition).warnings).toEqual(isLimited(pattern) ? ["regex_unsupported"] : []);
  });
});

/** Python's `\\d` takes the digits of all scripts; a `.` between others counts characters, which evaluators do not. */
function isLimited(pattern: string): boolean {
  return /\\d|(?<!\\)\.(?![*+])/.test(pattern.replace("[.]", ""));
}

describe("REGEX on what is no text", () => {
  test("sees Python's spelling of it", () => {
    const traits = withTrait(true, false, 5, 55, 2.5, null);
    expect(answers({ operator: "REGEX", value: "True" }, traits)).toBe("TFFFFF");
    expect(answers({ operator: "REGEX", value: "^5" }, traits)).toBe("FFTTFF");
    expect(answers({ operator: "REGEX", value: "5$" }, traits)).toBe("FFTFFF");
    expect(answers({ operator: "REGEX", value: "^\\d\\.\\d$" }, traits)).toBe("FFFFTF");
    expect(answers({ operator: "REGEX", value: "" }, [...traits, {}])).toBe("TTTTTFF");
  });
});

describe("REGEX that has no equivalent", () => {
  test.each([
    "(?i)abc",
    "\\bab",
    "a(?=b)",
    "(?P<name>a)",
    "[a-z]+-[a-z]+$",
    "a++",
    "x{1,99}y{1,99}",
    "(ab)+$",
  ])("%s narrows and says so", (value) => {
    expect(translate({ operator: "REGEX", value })).toMatchObject({
      logic: false,
      warnings: ["regex_unsupported"],
    });
    expect(translate({ operator: "REGEX", value }, { negated: true }).logic).toBe(true);
  });

  test.each(["([", "*a", "(a"])("%s, on which Flagsmith fails, too", (value) => {
    expect(translate({ operator: "REGEX", value })).toMatchObject({
      logic: false,
      warnings: ["malformed_value"],
    });
  });

  test("a class that reaches beyond ASCII keeps its ASCII part, but never below NONE", () => {
    const condition = { operator: "REGEX", value: "\\w+@corp\\.com$" };
    expect(answers(condition, withTrait("joe@corp.com", "@corp.com", "jö@corp.com"))).toBe("TFF");
    expect(translate(condition).warnings).toEqual(["regex_unsupported"]);
    expect(translate(condition, { negated: true }).logic).toBe(true);
  });
});

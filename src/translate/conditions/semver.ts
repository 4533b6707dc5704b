import type { Logic } from "../../model/document.ts";
import { booleanPart } from "./attribute.ts";
import { BOUND, within } from "./binding.ts";
import { answerForBoolean, type ComparisonOperator } from "./comparison.ts";
import { and, isText, not, or } from "./logic.ts";
import { FIRST, REST, times, walk } from "./loop.ts";
import { narrow, type Operand } from "./operand.ts";
import { parseVersion, type Version } from "./version.ts";

const SUFFIX = ":semver";
const DIGITS = "0123456789";
/** What a version may end in; the evaluators trim white space. */
const LAST = `${DIGITS}-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`;
const PAD = "~";
/** So many characters a version's three numbers and two dots may have. */
const LONGEST_CORE = 50;

/** Does the value ask for a comparison of versions? Flagsmith looks at the suffix alone. */
export function isSemverValue(value: string): boolean {
  return value.endsWith(SUFFIX);
}

/** The version that a `:semver` value names; it may be none. */
export function semverOf(value: string): string {
  return value.slice(0, -SUFFIX.length);
}

/**
 * Compares versions (facts/encodings.md, section 2): the evaluators pad `1.2`, trim, and take `v1.2.3`, where Flagsmith
 * answers no, so those are ruled out first. Rust holds `1.2.3+b` for greater than `1.2.3`; Flagsmith and SemVer for equal.
 * Booleans cast as ever. There is no shorter form: compact equals exact.
 */
export function encodeSemver(operator: ComparisonOperator, { attribute, value, scope }: Operand): Logic {
  const version = semverOf(value);
  const parsed = parseVersion(version);
  const booleans = booleanPart(
    attribute,
    answerForBoolean(operator, true, value),
    answerForBoolean(operator, false, value),
  );
  if (parsed === undefined) {
    scope.warn(
      "malformed_value",
      `${operator} "${value}": "${version}" is no version, so none compares with it`,
    );
    return booleans;
  }
  if (hasUnreadNumber(parsed)) {
    return narrow(
      scope,
      "malformed_value",
      `${operator} "${value}": not all evaluators read such large numbers`,
    );
  }
  const plain = version.split("+", 1).join("");
  const compared = (sign: string): Logic => ({ sem_ver: [attribute, sign, plain] });
  const isBuild: Logic = { starts_with: [attribute, `${plain}+`] };
  const isLastRight: Logic = { in: [{ substr: [attribute, -1] }, LAST] };
  if (operator === "EQUAL") {
    const isSameBuild = and({ "!==": [attribute, null] }, isBuild, isLastRight, compared(">="));
    return or({ "===": [attribute, plain] }, isSameBuild, booleans);
  }
  const holds: Readonly<Record<typeof operator, Logic>> = {
    NOT_EQUAL: and(not(isBuild), compared("!=")),
    GREATER_THAN: and(not(isBuild), compared(">")),
    GREATER_THAN_INCLUSIVE: compared(">="),
    LESS_THAN: compared("<"),
    LESS_THAN_INCLUSIVE: or(compared("<="), and(isBuild, compared(">"))),
  };
  const answer = or(holds[operator], scope.negated && isUnread(attribute));
  const isVersion = hasThreeNumbers(attribute, scope.negated);
  return or(and(isText(attribute), isLastRight, isVersion, answer), booleans);
}

/**
 * A version whose numbers are too large for the evaluator, 2^31 in Java and 2^53 in JavaScript: it compares with none,
 * which below NONE would let people in.
 */
function isUnread(attribute: Logic): Logic {
  return and(not({ in: ["-", attribute] }), not({ sem_ver: [attribute, "=", attribute] }));
}

/** Java's evaluator reads no larger numbers. */
function hasUnreadNumber({ core }: Version): boolean {
  return core.some((number) => number >= 2n ** 31n);
}

/**
 * Three numbers with dots between, and then nothing, a pre-release or a build: then nobody pads. Digits are taken away
 * from the front, and each dot that a digit follows for a pad at the end. What follows, the evaluators see to, and that
 * no number begins with a 0, unless `strict`.
 */
function hasThreeNumbers(attribute: Logic, strict: boolean): Logic {
  const isDigit = (text: Logic, place: number): Logic => ({ in: [{ substr: [text, place, 1] }, DIGITS] });
  const isPadded = (text: Logic, place: number): Logic =>
    and({ "===": [{ substr: [text, place, 1] }, "0"] }, isDigit(text, place + 1));
  const left = walk({ cat: [attribute, PAD] }, times(LONGEST_CORE), [
    { in: [FIRST, DIGITS] },
    { substr: [REST, 1] },
    and({ "===": [FIRST, "."] }, isDigit(REST, 1), !strict || not(isPadded(REST, 1))),
    { cat: [{ substr: [REST, 1] }, PAD] },
    REST,
  ]);
  const pads = PAD.repeat(3);
  const isRight = or(
    { "===": [BOUND, pads] },
    and({ in: [{ substr: [BOUND, 0, 1] }, "-+"] }, { "===": [{ substr: [BOUND, -3] }, pads] }),
  );
  return and(
    isDigit(attribute, 0),
    !strict || not(isPadded(attribute, 0)),
    not({ in: [PAD, attribute] }),
    within(left, isRight),
  );
}

import type { Logic } from "../../model/document.ts";
import { booleanPart } from "./attribute.ts";
import { answerForBoolean, type ComparisonOperator, ORDERING_SIGNS } from "./comparison.ts";
import { and, isText, not, or } from "./logic.ts";
import type { Operand } from "./operand.ts";
import { parseVersion } from "./version.ts";

const SUFFIX = ":semver";
/** Versions whose major number has more digits are not recognised. */
const LONGEST_MAJOR = 4;
const SIGNS = { ...ORDERING_SIGNS, EQUAL: "=", NOT_EQUAL: "!=" } as const;

/** Does the value ask for a comparison of versions? Flagsmith looks at the suffix alone. */
export function isSemverValue(value: string): boolean {
  return value.endsWith(SUFFIX);
}

/** The version that a `:semver` value names; it may be none. */
export function semverOf(value: string): string {
  return value.slice(0, -SUFFIX.length);
}

/**
 * Compares versions (facts/encodings.md, section 2): the evaluators pad `1.2` and take `v1.2.3`, where Flagsmith answers
 * no, so both are ruled out first. Booleans cast as ever. There is no shorter form: compact equals exact.
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
  const compared: Logic = { sem_ver: [attribute, SIGNS[operator], version] };
  if (operator !== "EQUAL") {
    const dots: Logic = isBound(scope) ? { in: [".", attribute] } : hasTwoDots(attribute);
    return or(and(isText(attribute), hasNoPrefix(attribute), dots, compared), booleans);
  }
  const prefix = parsed.core.join(".");
  return or(and({ "!==": [attribute, null] }, { starts_with: [attribute, prefix] }, compared), booleans);
}

/** Below NONE, compact takes `1.2` for the padded version rather than miss a long major number. */
function isBound(scope: Operand["scope"]): boolean {
  return scope.encoding === "compact" && scope.negated;
}

function hasNoPrefix(attribute: Logic): Logic {
  return and(not({ starts_with: [attribute, "v"] }), not({ starts_with: [attribute, "V"] }));
}

/** Two dots: nothing then gets padded (DOTS in facts/encodings.md, section 2). */
function hasTwoDots(attribute: Logic): Logic {
  const dots = Array.from({ length: LONGEST_MAJOR }, (_, index) =>
    and(
      { "===": [{ substr: [attribute, index + 1, 1] }, "."] },
      { in: [".", { substr: [attribute, index + 2] }] },
    ),
  );
  return or(...dots);
}

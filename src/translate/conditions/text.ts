import type { Logic } from "../../model/document.ts";
import { and, isText, not } from "./logic.ts";
import { isNumberText, mayBeNumberText } from "./numbers/number-text.ts";
import type { Operand } from "./operand.ts";
import { isSemverValue } from "./semver.ts";

/**
 * CONTAINS (facts/encodings.md, section 2): only text contains. Text that Flagsmith reads as a number contains nothing,
 * which matters only for a value that a number could contain. A version has no substrings, so `:semver` answers no.
 */
export function encodeContains(operand: Operand): Logic {
  const { attribute, value } = operand;
  if (isSemverValue(value)) return false;
  const inNumbersToo = /^[-0-9.]*$/.test(value);
  return and(isText(attribute), !inNumbersToo || isNoNumber(operand), value === "" || contains(operand));
}

/** NOT_CONTAINS: text that is no number and lacks the value; a missing trait answers no (facts/encodings.md, section 2). */
export function encodeNotContains(operand: Operand): Logic {
  if (operand.value === "") return false;
  return and(isText(operand.attribute), isNoNumber(operand), not(contains(operand)));
}

/** Below NONE the compact tier counts number-like text in: there, that narrows. */
function isNoNumber({ attribute, scope }: Operand): Logic {
  if (scope.encoding === "exact") return not(isNumberText(attribute));
  return scope.negated || not(mayBeNumberText(attribute));
}

function contains({ attribute, value }: Operand): Logic {
  return { in: [value, attribute] };
}

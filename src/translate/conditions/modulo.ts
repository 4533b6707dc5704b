import type { Logic } from "../../model/document.ts";
import { byType } from "./attribute.ts";
import { or } from "./logic.ts";
import { isNumberText, mayBeNumberText } from "./numbers/number-text.ts";
import { pythonFloat, pythonModulo } from "./numbers/python-numbers.ts";
import { narrow, type Operand } from "./operand.ts";

/** What a MODULO value `d|r` asks for. */
export interface Modulo {
  readonly divisor: number;
  readonly remainder: number;
}

/** Reads `d|r` as Flagsmith does; `undefined` where it answers no for everybody. */
export function parseModulo(value: string): Modulo | undefined {
  const [divisor, remainder, ...more] = value.split("|").map((part) => pythonFloat(part));
  if (divisor === undefined || remainder === undefined || more.length > 0) return undefined;
  return { divisor, remainder };
}

/**
 * MODULO (facts/encodings.md, section 2) with Python's sign rule; true counts as 1 and false as 0. Number-like text
 * counts as a number in the exact tier. A divisor of 0 raises in Flagsmith.
 */
export function encodeModulo({ attribute, value, scope }: Operand): Logic {
  const modulo = parseModulo(value);
  if (modulo === undefined) {
    scope.warn("malformed_value", `MODULO "${value}": not of the form divisor|remainder, so nobody matches`);
    return false;
  }
  const { divisor, remainder } = modulo;
  if (divisor === 0) {
    return narrow(scope, "malformed_value", `MODULO "${value}": Flagsmith fails on a division by 0`);
  }
  if (!Number.isFinite(remainder) || Number.isNaN(divisor)) {
    scope.warn("malformed_value", `MODULO "${value}": no number leaves that remainder, so nobody matches`);
    return false;
  }
  if (!Number.isFinite(divisor)) {
    return narrow(scope, "malformed_value", `MODULO "${value}": flagd cannot divide by infinity`);
  }
  if (remainder !== 0 && (remainder < 0 !== divisor < 0 || Math.abs(remainder) >= Math.abs(divisor))) {
    scope.warn("malformed_value", `MODULO "${value}": no number leaves that remainder, so nobody matches`);
    return false;
  }
  const matches = leaves(attribute, modulo);
  return byType(attribute, {
    text: scope.encoding === "exact" ? ifNumberText() : scope.negated && mayBeNumberText(attribute),
    whenTrue: pythonModulo(1, divisor) === remainder,
    whenFalse: remainder === 0,
    number: matches,
  });

  /** `if`, not `and`: the test for number-like text must stay one object, to be shared. */
  function ifNumberText(): Logic {
    return { if: [isNumberText(attribute), matches, false] };
  }
}

/**
 * JsonLogic's `%` has the sign of the dividend, except in Python, where it has that of the divisor, as in Flagsmith: where
 * the signs differ, adding the divisor gives the other. Where they do not, the sum is no remainder. Adding 0 makes -0,
 * which Java holds for another number, 0.
 */
function leaves(attribute: Logic, { divisor, remainder }: Modulo): Logic {
  const rest: Logic = { "%": [attribute, divisor] };
  if (remainder === 0) return { "===": [{ "+": [rest, 0] }, 0] };
  return or({ "===": [rest, remainder] }, { "===": [{ "+": [rest, divisor] }, remainder] });
}

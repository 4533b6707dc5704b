import type { Logic } from "../../model/document.ts";
import { isPresent } from "./attribute.ts";
import type { Operand } from "./operand.ts";

/** IS_SET: `""`, 0 and false are set, null is not (facts/flagsmith.md, section 9). */
export function encodeIsSet({ attribute }: Operand): Logic {
  return isPresent(attribute);
}

/** IS_NOT_SET: the one operator that a missing trait satisfies (facts/flagsmith.md, section 9). */
export function encodeIsNotSet({ attribute }: Operand): Logic {
  return { "===": [attribute, null] };
}

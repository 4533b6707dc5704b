import type { Revision } from "../model/revision.ts";
import { type Diagnostics, diagnose } from "../translate/diagnostics.ts";

/** What the translation of a revision warns of, in the shape that all ways of asking share. */
export function diagnosticsOf(revision: Revision): Diagnostics {
  return diagnose(revision.translation);
}

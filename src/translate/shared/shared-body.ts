/**
 * shared: rules that occur more than once stand once in the document, in `$evaluators`; how such parts are found and
 * named.
 */
import { canonicalJson } from "../../model/canonical-json.ts";
import type { Logic } from "../../model/document.ts";
import { perObject } from "./per-object.ts";

/** A piece of logic as it would stand in `$evaluators`. */
export interface SharedBody {
  /** Canonical JSON. */
  readonly text: string;
  /** See {@link isShareable}. */
  readonly isShareable: boolean;
}

/** The body that this logic would be; made once, since one change leaves nearly all of them as they are. */
export function sharedBody(logic: Logic): SharedBody {
  return typeof logic === "object" && logic !== null ? bodyOf(logic) : newBody(logic);
}

/**
 * Whether this JSON may be a body. Most clients splice bodies into the flags as text, so it must be an object, printable
 * ASCII, and without `$`, `\` or a quote inside a string: anything else breaks the document in one of them
 * (facts/encodings.md, section 5).
 */
export function isShareable(json: string): boolean {
  return /^\{[ !"#%-[\]-~]+\}$/.test(json);
}

const bodyOf = perObject((logic: Logic & object) => newBody(logic));

function newBody(logic: Logic): SharedBody {
  const text = canonicalJson(logic);
  return { text, isShareable: isShareable(text) };
}

import { diffDocuments, type FlagChange, type SeenDocument, summarise } from "./document-diff.ts";
import { cutDocument } from "./document-texts.ts";

type Texts = ReadonlyMap<string, string>;

/** Names whose texts differ, or that only one side has. */
function differing(before: Texts, after: Texts): Set<string> {
  const names = new Set<string>();
  for (const [name, text] of after) if (before.get(name) !== text) names.add(name);
  for (const name of before.keys()) if (!after.has(name)) names.add(name);
  return names;
}

const refersTo = (text: string, parts: ReadonlySet<string>): boolean =>
  [...parts].some((part) => text.includes(`"$ref":${JSON.stringify(part)}`));

/** Shared parts that mean something else now, also because a part that they refer to does. */
function changedParts(before: Texts, after: Texts): ReadonlySet<string> {
  const changed = differing(before, after);
  for (let size = -1; changed.size > size && changed.size > 0; ) {
    size = changed.size;
    for (const [name, text] of after) if (refersTo(text, changed)) changed.add(name);
  }
  return changed;
}

function parsed(texts: Texts, names: ReadonlySet<string>): SeenDocument {
  const flags = new Map<string, unknown>();
  for (const name of names) {
    const text = texts.get(name);
    if (text !== undefined) flags.set(name, JSON.parse(text));
  }
  return { flags, flagSetId: "", version: "" };
}

/**
 * What changed between two canonical documents, flag by flag, in the order of the flags' names: also a flag whose own text
 * is the same while a segment that it refers to is not. Costs a few milliseconds for 430 KB.
 *
 * @throws SyntaxError of texts that are no documents
 */
export function compareDocuments(beforeText: string, afterText: string): readonly FlagChange[] {
  const before = cutDocument(beforeText);
  const after = cutDocument(afterText);
  const own = differing(before.flags, after.flags);
  const changes = diffDocuments(parsed(before.flags, own), parsed(after.flags, own));
  const parts = changedParts(before.evaluators, after.evaluators);
  const byReference = [...after.flags].flatMap(([flag, text]): FlagChange[] => {
    if (parts.size === 0 || own.has(flag) || !refersTo(text, parts)) return [];
    const answers = summarise(JSON.parse(text));
    return [{ flag, change: "changed", members: ["targeting"], before: answers, after: answers }];
  });
  return [...changes, ...byReference].sort((left, right) => (left.flag < right.flag ? -1 : 1));
}

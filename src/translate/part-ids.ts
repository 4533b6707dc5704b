import type { Logic } from "../model/document.ts";

/** Equal parts have one id, whatever their size, without a text of each: a rule has thousands of parts within parts. */
export interface PartIds {
  /** The id of an operation within what was taken in, if its JSON is long enough to count. */
  idOf(part: Logic): number | undefined;
  /** One of the parts with that id, as JSON. */
  textOf(id: number): string;
}

interface Measured {
  readonly id: number;
  /** Of its JSON, in characters. */
  readonly length: number;
}

/** Takes in all operations of these rules. Those shorter than `fewestCharacters` have no id. */
export function identifyParts(rules: readonly Logic[], fewestCharacters: number): PartIds {
  const ids = new Map<string, number>();
  const examples = new Map<number, Logic>();
  const measured = new Map<Logic, Measured>();
  const idFor = (key: string): number => {
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  };
  const measure = (part: Logic): Measured => {
    if (!hasParts(part)) {
      const text = JSON.stringify(part);
      return { id: idFor(text), length: text.length };
    }
    const known = measured.get(part) ?? measureInner(part);
    measured.set(part, known);
    return known;
  };
  /** `#` keeps ids apart from numbers. */
  const measureInner = (part: Logic): Measured => {
    const isList = Array.isArray(part);
    let key = "";
    let length = 1;
    for (const [operator, inner] of Object.entries(part as Readonly<Record<string, Logic>>)) {
      const name = isList ? "" : `${JSON.stringify(operator)}:`;
      const { id, length: innerLength } = measure(inner);
      key += `${name}#${id},`;
      length += name.length + innerLength + 1;
    }
    const id = idFor(isList ? `[${key}]` : `{${key}}`);
    if (!isList && length >= fewestCharacters && !examples.has(id)) examples.set(id, part);
    return { id, length };
  };
  for (const rule of rules) measure(rule);
  return {
    idOf(part) {
      const id = measured.get(part)?.id;
      return id !== undefined && examples.has(id) ? id : undefined;
    },
    textOf: (id) => JSON.stringify(examples.get(id) ?? null),
  };
}

/** A list of texts is one thing, however long. */
function hasParts(part: Logic): boolean {
  if (typeof part !== "object" || part === null) return false;
  return !Array.isArray(part) || part.some((item: Logic) => typeof item === "object" && item !== null);
}

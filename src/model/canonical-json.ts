import { byText } from "./text-order.ts";

/**
 * JSON text in which equal content has equal bytes: members in code-unit order, no white space, and `undefined`
 * members left out. Arrays keep their order.
 */
export function canonicalJson(value: unknown): string {
  if (isInOrder(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
  return canonicalObject(members.map(([name, member]) => [name, canonicalJson(member)]));
}

/** An object of these members, whose values are canonical JSON already. No name may come twice. */
export function canonicalObject(members: readonly (readonly [name: string, json: string])[]): string {
  const sorted = members.toSorted(([left], [right]) => byText(left, right));
  return `{${sorted.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** Whether plain `JSON.stringify` writes it canonically, which is many times faster than putting texts together. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isInOrder(item)) return false;
    return true;
  }
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined || (before !== undefined && before > name) || !isInOrder(member)) return false;
    before = name;
  }
  return true;
}

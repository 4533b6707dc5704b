import { isDeepStrictEqual } from "node:util";
import { MemoryStorage } from "@openfeature/flagd-core";

/** An object of a document. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object with names. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text as JSON; `undefined`: it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether two documents say the same, whatever the order of their members. */
export function sameDocument(left: string, right: string): boolean {
  return left === right || isDeepStrictEqual(parsed(left) ?? left, parsed(right) ?? right);
}

/** Enough of a document to be recognised in a report. */
export function shortly(text: string): string {
  const flags = parsed(text);
  const count = isObject(flags) && isObject(flags.flags) ? Object.keys(flags.flags).length : undefined;
  const size = `${Buffer.byteLength(text)} bytes`;
  return count === undefined ? `${JSON.stringify(text.slice(0, 40))} (${size})` : `${count} flags, ${size}`;
}

/** Whether a document has no flags at all, which is how flagd says that a selector matches nothing. */
export function isEmptyDocument(text: string): boolean {
  const document = parsed(text);
  return isObject(document) && isObject(document.flags) && Object.keys(document.flags).length === 0;
}

/** What flagd's JSON schema, as `@openfeature/flagd-core` carries it, finds wrong in a document; `undefined`: nothing. */
export function schemaFault(text: string): string | undefined {
  const silent = (): void => undefined;
  const storage = new MemoryStorage({ error: silent, warn: silent, info: silent, debug: silent });
  try {
    storage.setConfigurations(text, true);
    return undefined;
  } catch (thrown) {
    // What has a cause is no matter of the schema: the document was valid, and could not be used.
    if (!(thrown instanceof Error) || thrown.cause !== undefined) return undefined;
    const faults = parsed(thrown.message.slice(thrown.message.indexOf("[")));
    return Array.isArray(faults) ? faults.map(faultInWords).join("; ") : thrown.message;
  }
}

function faultInWords(fault: unknown): string {
  if (!isObject(fault)) return String(fault);
  return `${String(fault.instancePath) || "the document"} ${String(fault.message)}`;
}

/** Every name that a `$ref` within a value asks for. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" && typeof member === "string" ? [member] : referencesIn(member),
  );
}

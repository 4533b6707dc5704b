import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { messageOf } from "../support/errors.ts";
import { nearNames } from "../support/near-names.ts";

/** The texts of a configuration file by option name, and what is wrong with it. */
export interface ConfigFile {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/**
 * Reads a configuration file: one YAML (or JSON) mapping from option names to plain values. A name that is not known is a
 * fault, since a misspelt option would be lost without a word.
 */
export function readConfigFile(path: string, known: readonly string[]): ConfigFile {
  const faults: string[] = [];
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(readMapping(path, faults))) {
    if (!known.includes(name)) {
      faults.push(`${path}: ${name} is no option; near to it: ${nearNames(name, known, 3).join(", ")}`);
    } else if (typeof value === "object" && value !== null) {
      faults.push(`${path}: ${name} must be a plain value`);
    } else if (value !== null && value !== undefined) {
      values.set(name, String(value));
    }
  }
  return { values, faults };
}

/** An empty file is a mapping without members. Errors of the parser quote the file, which may hold secrets. */
function readMapping(path: string, faults: string[]): object {
  const text = readText(path, faults);
  if (text === undefined) return {};
  try {
    const parsed: unknown = parse(text, { prettyErrors: false });
    if (typeof parsed === "object" && !Array.isArray(parsed)) return parsed ?? {};
    faults.push(`${path}: must be a mapping of option names to values`);
  } catch (thrown) {
    faults.push(`${path}: is neither YAML nor JSON (${messageOf(thrown)})`);
  }
  return {};
}

/** The text of a file; `undefined`, and a fault, if it cannot be read. */
export function readText(path: string, faults: string[]): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    faults.push(`${path}: cannot be read (${messageOf(thrown)})`);
    return undefined;
  }
}

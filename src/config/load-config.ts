import { z } from "zod";
import { FlagsmithFlagdError } from "../support/errors.ts";
import { type ConfigSources, collectValues } from "./collect-values.ts";
import { pairFaults } from "./option-pairs.ts";
import { CONFIG_SHAPE, type Config, OPTIONS } from "./options.ts";

const shape = z.object(CONFIG_SHAPE);

function isOptionName(name: PropertyKey): name is keyof Config {
  return Object.hasOwn(OPTIONS, name);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path[0];
  const option = name !== undefined && isOptionName(name) ? OPTIONS[name] : undefined;
  return option === undefined ? issue.message : `${option.env} (${option.flag}): ${issue.message}`;
}

/**
 * Collects and checks all options.
 *
 * @throws FlagsmithFlagdError CONFIG_INVALID, naming every fault at once and no value of a secret.
 */
export function loadConfig(sources: ConfigSources): Config {
  const { texts, faults } = collectValues(sources);
  const parsed = shape.safeParse(texts);
  const all = [...faults, ...(parsed.error?.issues.map(describeIssue) ?? [])];
  if (parsed.success) all.push(...pairFaults(parsed.data));
  if (parsed.success && all.length === 0) return parsed.data;
  throw new FlagsmithFlagdError("CONFIG_INVALID", all.join("; "));
}

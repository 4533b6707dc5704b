import { z } from "zod";
import { FlagsmithFlagdError } from "../support/errors.ts";
import { CONFIG_SHAPE, type Config, OPTIONS } from "./options.ts";

const shape = z.object(CONFIG_SHAPE);

/** Where values come from; a flag beats the environment. Empty texts count as absent. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

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
  const collected = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, option]) => [
      name,
      sources.flags?.[name] || sources.env[option.env] || undefined,
    ]),
  );
  const parsed = shape.safeParse(collected);
  if (!parsed.success) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", parsed.error.issues.map(describeIssue).join("; "));
  }
  return parsed.data;
}

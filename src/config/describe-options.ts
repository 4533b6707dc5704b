import { z } from "zod";
import { fileVariableOf, optionNames } from "./collect-values.ts";
import { CONFIG_SHAPE, type Config, OPTIONS } from "./options.ts";

/** One option in the words of a manual. */
export interface OptionDescription {
  /** Its key in a configuration file. */
  readonly key: keyof Config;
  readonly env: string;
  /** The variable that may name a file with the value, for secrets. */
  readonly fileEnv: string | undefined;
  readonly flag: string;
  /** What a value must be, such as `1 to 64`. */
  readonly type: string;
  /** `undefined`: none. */
  readonly preset: string | undefined;
  readonly help: string;
}

interface Described {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** Every option of the table, in its order; types and defaults are those that are checked. */
export function describeOptions(): readonly OptionDescription[] {
  return optionNames().map((key) => {
    const { env, flag, argument, help, secret } = OPTIONS[key];
    const described: Described = z.toJSONSchema(CONFIG_SHAPE[key], { unrepresentable: "any" }) as Described;
    return {
      key,
      env,
      fileEnv: secret ? fileVariableOf(env) : undefined,
      flag: `${flag} ${argument}`,
      type: typeText(described),
      preset: described.default === undefined ? undefined : String(described.default),
      help,
    };
  });
}

function typeText({ type, enum: choices, minimum, maximum }: Described): string {
  if (choices !== undefined) return choices.join(", ");
  if (type === "integer" || type === "number") return `${minimum ?? ""} to ${maximum ?? ""}`;
  return type === "boolean" ? "true, false" : "text";
}

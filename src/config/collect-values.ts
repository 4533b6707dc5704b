import { readConfigFile, readText } from "./config-file.ts";
import { CONFIG_SHAPE, type Config, OPTIONS } from "./options.ts";

/** Where values come from. Empty texts count as absent. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By option name; `config` names the configuration file. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

/** Where one value came from. */
export type Origin = "flag" | "environment" | "secret file" | "configuration file" | "default";

/** The texts that were found, by option name, before any was checked. */
export interface CollectedValues {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly origins: ReadonlyMap<keyof Config, Origin>;
  readonly faults: readonly string[];
}

/** The variable that names the configuration file; `--config` beats it. */
export const CONFIG_FILE_VARIABLE = "CONFIG_FILE";

/** What a secret's variable has behind it where it names a file that holds the secret, as container secrets do. */
const FILE_SUFFIX = "_FILE";

/** The variable that names the file which holds a secret. */
export function fileVariableOf(env: string): string {
  return `${env}${FILE_SUFFIX}`;
}

/** All option names in the order of the table. */
export function optionNames(): readonly (keyof Config)[] {
  return Object.keys(OPTIONS).filter((name): name is keyof Config => Object.hasOwn(CONFIG_SHAPE, name));
}

/** A flag beats the environment, which beats the configuration file, which beats the default. */
export function collectValues({ env, flags = {} }: ConfigSources): CollectedValues {
  const faults: string[] = [];
  const path = flags.config || env[CONFIG_FILE_VARIABLE];
  const file = path ? readConfigFile(path, optionNames()) : undefined;
  faults.push(...(file?.faults ?? []));
  const texts: Record<string, string | undefined> = {};
  const origins = new Map<keyof Config, Origin>();
  for (const name of optionNames()) {
    const option = OPTIONS[name];
    const found: readonly (readonly [Origin, string | undefined])[] = [
      ["flag", flags[name]],
      ["environment", env[option.env]],
      ["secret file", option.secret ? secretOf(env, option.env, faults) : undefined],
      ["configuration file", file?.values.get(name)],
    ];
    const [origin, text] = found.find(([, value]) => value) ?? ["default", undefined];
    texts[name] = text;
    origins.set(name, origin);
  }
  return { texts, origins, faults };
}

/** The line break that editors put at the end of a file is not part of a secret. */
function secretOf(env: ConfigSources["env"], variable: string, faults: string[]): string | undefined {
  const path = env[fileVariableOf(variable)];
  if (!path) return undefined;
  if (env[variable]) {
    faults.push(`${variable} and ${fileVariableOf(variable)} are both set: keep one of them`);
    return undefined;
  }
  return readText(path, faults)?.replace(/\r?\n$/, "");
}

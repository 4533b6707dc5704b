import { FlagdCore, type FlagdCoreOptions, MemoryStorage } from "@openfeature/flagd-core";
import type { Translation } from "../../../src/model/translation.ts";

/** Attributes as an OpenFeature client would pass them. */
export type Context = Readonly<Record<string, unknown>>;

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };

/**
 * Asks the real evaluator in both of its modes. `undefined` is the caller's default; an evaluation error, and a
 * difference between the modes, fails the test.
 */
export function flagd({
  content,
}: Pick<Translation, "content">): (flag: string, context?: Context) => unknown {
  const compiled = load(JSON.stringify(content), {});
  const interpreted = load(JSON.stringify(content), { disableDynamicCodeGeneration: true });
  return (flag, context = {}) => {
    const [one, other] = [answer(compiled, flag, context), answer(interpreted, flag, context)];
    if (one !== other) throw new Error(`${flag}: compiled ${String(one)}, interpreted ${String(other)}`);
    return one;
  };
}

/** Asks the compiled mode alone, for hundreds of thousands of questions. */
export function compiledFlagd({
  content,
}: Pick<Translation, "content">): (flag: string, context?: Context) => unknown {
  const core = load(JSON.stringify(content), {});
  return (flag, context = {}) => answer(core, flag, context);
}

/** Throws where the document breaks flagd's own JSON schema, which flagd-core carries precompiled. */
export function checkSchema({ content }: Pick<Translation, "content">): void {
  new MemoryStorage(SILENT).setConfigurations(JSON.stringify(content), true);
}

function load(document: string, options: FlagdCoreOptions): FlagdCore {
  const core = new FlagdCore(new MemoryStorage(SILENT, options), SILENT, options);
  core.setConfigurations(document);
  return core;
}

function answer(core: FlagdCore, key: string, context: Context): unknown {
  const flag = core.getFlag(key);
  if (flag === undefined) throw new Error(`${key}: no such flag`);
  if (flag.state === "DISABLED") return undefined;
  const result = flag.evaluate(context as Parameters<typeof flag.evaluate>[0]);
  if (result.reason === "ERROR") throw new Error(`${key}: ${JSON.stringify(result)}`);
  return result.value;
}

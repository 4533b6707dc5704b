/** npm `flagsmith-nodejs`: its engine stands behind no export of the package, so it is taken from its file. */
import { getEvaluationResult } from "../../node_modules/flagsmith-nodejs/build/esm/flagsmith-engine/index.js";
import { engineContext, engineIdentity } from "./engine-context.ts";
import type { EngineFlag } from "./flagsmith-flags.ts";
import type { Case } from "./generators/environments.ts";
import type { Person } from "./model/condition.ts";

/** What JavaScript's local evaluation says of one person. */
export interface NodeAnswer {
  readonly segmentIds: ReadonlySet<number>;
  readonly flags: ReadonlyMap<string, EngineFlag>;
}

/** Asks the engine; `undefined` for somebody without identity, whom it asks no segment of. */
export function nodeEngine({ environment }: Case): (person: Person) => NodeAnswer | undefined {
  const context = engineContext(environment);
  return (person) => {
    const identity = engineIdentity(person, environment.environmentKey);
    if (identity === undefined) return undefined;
    const { flags, segments } = getEvaluationResult({ ...context, identity } as Parameters<
      typeof getEvaluationResult
    >[0]);
    return {
      segmentIds: new Set(segments.map(({ metadata }) => Number(metadata?.id))),
      flags: new Map(Object.entries(flags)),
    };
  };
}

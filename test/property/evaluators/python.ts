import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../../src/support/errors.ts";
import { engineContext, engineIdentity } from "../engine-context.ts";
import { type Membership, modelMembership } from "../expectation.ts";
import type { EngineFlag } from "../flagsmith-flags.ts";
import type { Case } from "../generators/environments.ts";
import type { Answer, Person } from "../model/condition.ts";
import { isSplit } from "../model/membership.ts";
import { hasKey } from "../people.ts";
import { type Child, childEvaluator, startChild } from "./child.ts";
import type { Evaluator } from "./evaluator.ts";

/** Making the environment installs packages; once it is there, this takes a second. */
const MOST_START_MS = 300_000;
const FOLDER = join(import.meta.dirname, "..", "python");

/** Flagsmith's own engine, as its server runs it, and flagd's Python evaluator, in one child process. */
export interface Python {
  readonly flagd: Evaluator;
  flagsmith(one: Case): Promise<FlagsmithAnswers>;
  close(): Promise<void>;
}

/** What the engine says of every person in a case. */
export interface FlagsmithAnswers {
  /** The engine's membership; without one (a percentage decides, the engine fails) the model's. */
  readonly membership: Membership;
  /** Where model and engine differ: there must be nothing. */
  readonly differences: readonly string[];
  /** How many memberships were compared. */
  readonly compared: number;
  /** Its own answers, per person; none where it fails. */
  readonly flags: readonly (ReadonlyMap<string, EngineFlag> | undefined)[];
}

/**
 * Starts Python, making its environment first; without python3 or registry says so loudly and gives nothing. It has
 * answered once when this ends, so that no test waits for its start.
 */
export async function startPython(): Promise<Python | undefined> {
  try {
    const options = { timeout: MOST_START_MS };
    const made = await promisify(execFile)("bash", [join(FOLDER, "make-environment.sh")], options);
    const child = startChild(made.stdout.trim(), [join(FOLDER, "parity.py")]);
    await child.ask({ document: JSON.stringify({ flags: {} }), flags: [], contexts: [] });
    return {
      flagd: childEvaluator("Python, openfeature-flagd-core", child),
      flagsmith: (one) => askFlagsmith(child, one),
      close: () => child.close(),
    };
  } catch (error) {
    console.warn(
      `\n*** SKIPPED: Flagsmith's Python engine and flagd's Python evaluator: ${messageOf(error)} ***\n`,
    );
    return undefined;
  }
}

interface EngineAnswer {
  readonly segments: Readonly<Record<string, boolean | string>>;
  readonly flags: Readonly<Record<string, readonly [boolean, unknown]>> | null;
}

async function askFlagsmith(child: Child, { environment, people }: Case): Promise<FlagsmithAnswers> {
  const model = modelMembership(environment);
  const identities = people.map((person) => engineIdentity(person, environment.environmentKey) ?? null);
  const answers = (await child.ask({
    engine: engineContext(environment),
    identities,
  })) as readonly EngineAnswer[];
  const known = new Map<Person, Map<number, Answer>>();
  const differences: string[] = [];
  let compared = 0;
  for (const [index, person] of people.entries()) {
    if (!hasKey(person)) continue;
    const ofPerson = new Map<number, Answer>();
    known.set(person, ofPerson);
    for (const [id, segment] of environment.segments) {
      const [said, expected] = [answers[index]?.segments[id], model(id, person)];
      if (typeof said !== "boolean" || (expected === undefined && isSplit(segment.rules))) continue;
      ofPerson.set(id, said);
      if (expected === undefined) continue;
      compared += 1;
      if (said !== expected) {
        differences.push(
          `engine ${said}, model ${expected}: ${JSON.stringify(person)} in ${JSON.stringify(segment.rules)}`,
        );
      }
    }
  }
  return {
    membership: (id, person) => known.get(person)?.get(id) ?? model(id, person),
    differences,
    compared,
    flags: answers.map(({ flags }) =>
      flags === null
        ? undefined
        : new Map(Object.entries(flags).map(([name, [enabled, value]]) => [name, { enabled, value }])),
    ),
  };
}

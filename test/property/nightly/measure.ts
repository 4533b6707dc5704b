import fc from "fast-check";
import type { Condition } from "../../../src/model/environment.ts";
import { translateSegment } from "../../../src/translate/segment.ts";
import { COMPACT, explain, isBroken, type Judgement, judge, type Prepared, prepare } from "../check.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import type { FlagsmithAnswers, Python } from "../evaluators/python.ts";
import { modelMembership } from "../expectation.ts";
import { unexpectedFlags } from "../flagsmith-flags.ts";
import { nodeEngine } from "../flagsmith-nodejs.ts";
import { anyCase, type Case, conditionCase } from "../generators/environments.ts";
import { openFinding } from "../open-findings.ts";
import { caseOf, REGRESSIONS } from "../regressions.ts";
import { Tally } from "./tally.ts";

/** A wrong answer, of whatever evaluators. */
export interface Finding {
  /** The open finding that it belongs to, or `new`. */
  readonly known: string;
  readonly what: string;
  readonly evaluators: ReadonlySet<string>;
  readonly explained: string;
}

/** Findings that are kept: more would say nothing new. */
const MOST_FINDINGS = 500;

/** What a run measured. */
export interface Measurement {
  readonly seed: number;
  readonly environments: number;
  /** Flags times people. */
  readonly cases: number;
  readonly byEvaluator: Tally;
  readonly byOperator: Tally;
  readonly byKind: Tally;
  /** Broken promises by what is wrong; the same one only once. */
  readonly findings: ReadonlyMap<string, Finding>;
  readonly warnings: ReadonlyMap<string, number>;
  /** Bytes of a condition's own logic, by operator. */
  readonly conditionBytes: ReadonlyMap<string, readonly number[]>;
  /** Bytes of a flag that has one condition, by operator. */
  readonly flagBytes: ReadonlyMap<string, readonly number[]>;
  readonly documentBytes: readonly number[];
  readonly modelCompared: number;
  readonly modelDifferences: readonly string[];
  readonly flagsCompared: number;
  readonly flagDifferences: readonly string[];
  /** Memberships by JavaScript's local evaluation, against the server's. */
  readonly nodeCompared: number;
  readonly nodeEqual: number;
}

/** What a measurement works with. */
export interface Instruments {
  readonly evaluators: readonly Evaluator[];
  readonly python: Python | undefined;
  readonly seed: number;
  readonly wanted: number;
}

/** The kinds of environments, in turn; condition cases are what the operators are measured by. */
const ALONE = "each operator alone";
const COMPACT_KIND = "compact forms";
const KINDS = [
  { name: ALONE, arbitrary: conditionCase() },
  { name: "semantics flagsmith", arbitrary: anyCase("flagsmith", 12) },
  { name: "semantics flagsmith", arbitrary: anyCase("flagsmith", 12) },
  { name: "semantics value", arbitrary: anyCase("value", 12) },
  { name: COMPACT_KIND, arbitrary: fc.oneof(conditionCase(), anyCase("flagsmith", 12)) },
] as const;
const BATCH = 10;

/** Measures until the wanted number of cases is reached. */
export async function measure(instruments: Instruments): Promise<Measurement> {
  const run = new Run(instruments);
  for (const one of REGRESSIONS) await run.take(caseOf(one), `counter-example: ${one.name}`);
  for (let batch = 0; run.cases < instruments.wanted; batch += 1) {
    const kind = KINDS[batch % KINDS.length] ?? KINDS[0];
    const seed = instruments.seed + batch;
    for (const one of fc.sample<Case>(kind.arbitrary, { seed, numRuns: BATCH }))
      await run.take(one, kind.name);
  }
  return run;
}

class Run implements Measurement {
  readonly seed: number;
  readonly byEvaluator = new Tally();
  readonly byOperator = new Tally();
  readonly byKind = new Tally();
  readonly findings = new Map<string, Finding & { readonly evaluators: Set<string> }>();
  readonly warnings = new Map<string, number>();
  readonly conditionBytes = new Map<string, number[]>();
  readonly flagBytes = new Map<string, number[]>();
  readonly documentBytes: number[] = [];
  readonly modelDifferences: string[] = [];
  readonly flagDifferences: string[] = [];
  readonly #evaluators: readonly Evaluator[];
  readonly #python: Python | undefined;
  environments = 0;
  cases = 0;
  modelCompared = 0;
  flagsCompared = 0;
  nodeCompared = 0;
  nodeEqual = 0;

  constructor({ evaluators, python, seed }: Instruments) {
    this.seed = seed;
    this.#evaluators = evaluators;
    this.#python = python;
  }

  async take(one: Case, kind: string): Promise<void> {
    const flagsmith = await this.#python?.flagsmith(one);
    this.modelCompared += flagsmith?.compared ?? 0;
    this.modelDifferences.push(...(flagsmith?.differences ?? []));
    const view = { membership: flagsmith?.membership, ...(kind === COMPACT_KIND ? COMPACT : {}) };
    const prepared = prepare(one, view);
    if (flagsmith !== undefined) this.#compareFlags(prepared, flagsmith);
    this.#compareNode(one);
    this.environments += 1;
    this.cases += one.environment.features.length * one.people.length;
    for (const { reason } of prepared.translation.warnings) {
      this.warnings.set(reason, (this.warnings.get(reason) ?? 0) + 1);
    }
    for (const evaluator of this.#evaluators) {
      const answers = await evaluator.answers(prepared.question);
      for (const judgement of judge(prepared, evaluator.name, answers))
        this.#count(prepared, judgement, kind);
    }
    if (kind === ALONE) this.#weigh(prepared);
  }

  #compareFlags(prepared: Prepared, { flags }: FlagsmithAnswers): void {
    this.flagsCompared +=
      prepared.environment.features.length * flags.filter((one) => one !== undefined).length;
    this.flagDifferences.push(...unexpectedFlags(prepared, (_person, index) => flags[index]));
  }

  #compareNode(one: Case): void {
    const ask = nodeEngine(one);
    const member = modelMembership(one.environment);
    for (const person of one.people) {
      const said = ask(person);
      for (const id of said === undefined ? [] : one.environment.segments.keys()) {
        const expected = member(id, person);
        if (expected === undefined) continue;
        this.nodeCompared += 1;
        if (said?.segmentIds.has(id) === expected) this.nodeEqual += 1;
      }
    }
  }

  #count(prepared: Prepared, judgement: Judgement, kind: string): void {
    const { evaluator, feature } = judgement;
    if (kind !== COMPACT_KIND) this.byEvaluator.add(evaluator, judgement);
    this.byKind.add(kind.replace(/:.*/, "s"), judgement);
    if (kind === ALONE) this.byOperator.add(operatorOf(feature.name), judgement);
    if (isBroken(judgement)) this.#record(prepared, judgement, kind);
  }

  /** One example of each condition and trait; of environments in which more meets, one per flag. */
  #record(prepared: Prepared, judgement: Judgement, kind: string): void {
    const { evaluator, feature, person, verdict } = judgement;
    const [first] = feature.segmentOverrides;
    const [rule] = prepared.environment.segments.get(first?.segmentId ?? 0)?.rules ?? [];
    const [condition] = rule?.conditions ?? [];
    const isAlone = kind === ALONE && condition !== undefined;
    const what = isAlone
      ? `${verdict}: ${rule?.type} ${condition.property} ${condition.operator} ${JSON.stringify(condition.value)} on ${JSON.stringify(person.traits[condition.property ?? ""] ?? null)}`
      : `${verdict}: ${kind}, ${feature.name}`;
    const found = this.findings.get(what);
    if (found !== undefined) found.evaluators.add(evaluator);
    else if (this.findings.size < MOST_FINDINGS) {
      const known = openFinding(prepared, judgement) ?? "new";
      const explained = explain(prepared, judgement);
      this.findings.set(what, { known, what, evaluators: new Set([evaluator]), explained });
    }
  }

  #weigh({ environment, translation }: Prepared): void {
    const scope = {
      environment: { name: environment.environmentName, key: environment.environmentKey },
      encoding: "exact",
    } as const;
    this.documentBytes.push(bytesOf(translation.content) / environment.features.length);
    for (const { name } of environment.features)
      push(this.flagBytes, operatorOf(name), bytesOf(translation.content.flags[name]));
    for (const segment of environment.segments.values()) {
      const [one] = segment.rules.flatMap(({ conditions }): readonly Condition[] => conditions);
      const rules = [{ type: "ALL", conditions: one === undefined ? [] : [one], rules: [] }];
      push(
        this.conditionBytes,
        operatorOf(segment.name),
        bytesOf(translateSegment({ ...segment, rules }, scope).logic),
      );
    }
  }
}

function operatorOf(name: string): string {
  return name.replace(/^NONE /, "");
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

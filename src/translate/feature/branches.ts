import type { Logic } from "../../model/document.ts";
import { or } from "../conditions/logic.ts";
import { type Outcome, type OutcomeStyle, renderOutcome, sameOutcome } from "./outcome.ts";

/** One step of the order of decision. */
export interface Branch {
  readonly when: Logic;
  /** The segment that `when` stands for, if it may be written as a reference. */
  readonly segmentId?: number;
  readonly outcome: Outcome;
}

/** All steps and what holds when none applies. */
export interface Decision {
  readonly branches: readonly Branch[];
  readonly otherwise: Outcome;
}

/** Compiled JavaScript takes 2,000 pairs of one `if`, nested or flat, and refuses 3,000 (facts/encodings.md, section 5). */
const MOST_PAIRS = 900;
/** Conditions merged into one `or`: it passes 2,000 operands, and each condition may bring several. */
const MOST_MERGED = 200;

/**
 * Drops what cannot change any answer, and nothing else: branches that never apply, all behind one that always does, and
 * the last ones if they answer what follows anyway (translation.md, Order of decision).
 */
export function simplify({ branches, otherwise }: Decision): Decision {
  const kept: Branch[] = [];
  let last = otherwise;
  for (const branch of branches) {
    if (branch.when === false) continue;
    if (branch.when === true) {
      last = branch.outcome;
      break;
    }
    kept.push(branch);
  }
  const decisive = kept.findLastIndex(({ outcome }) => !sameOutcome(outcome, last));
  return { branches: kept.slice(0, decisive + 1), otherwise: last };
}

/**
 * The decision as one flat `if` with the last answer spelled out, since a null result falls to `defaultVariant`. Flat,
 * because Rust refuses a document nested 127 levels deep.
 */
export function renderDecision(
  { branches, otherwise }: Decision,
  style: OutcomeStyle,
  condition: (branch: Branch) => Logic,
): Logic {
  const pairs = merge(
    branches.map((branch) => ({
      when: condition(branch),
      answer: renderOutcome(branch.outcome, style),
    })),
  );
  return renderPairs(pairs, renderOutcome(otherwise, style));
}

interface Pair {
  readonly when: Logic;
  readonly answer: Logic;
}

/** Neighbours with one outcome share it, where that saves bytes: `{"or":[]}` costs nine. */
function merge(pairs: readonly Pair[]): Pair[] {
  const merged: Pair[] = [];
  for (const run of runs(pairs)) {
    const [first] = run;
    if (first === undefined) continue;
    const saved = (run.length - 1) * (JSON.stringify(first.answer).length + 1);
    if (saved > 9) merged.push({ when: or(...run.map(({ when }) => when)), answer: first.answer });
    else merged.push(...run);
  }
  return merged;
}

function runs(pairs: readonly Pair[]): Pair[][] {
  const found: Pair[][] = [];
  let before = "";
  for (const pair of pairs) {
    const answer = JSON.stringify(pair.answer);
    const run = found.at(-1);
    if (run !== undefined && answer === before && run.length < MOST_MERGED) run.push(pair);
    else found.push([pair]);
    before = answer;
  }
  return found;
}

/**
 * More pairs than one `if` takes are decided in two steps, first which group and then which pair of it: nesting the rest
 * in the last place would not help, since compiled JavaScript counts it all as one chain.
 */
function renderPairs(pairs: readonly Pair[], otherwise: Logic): Logic {
  if (pairs.length === 0) return otherwise;
  if (pairs.length <= MOST_PAIRS) {
    return { if: [...pairs.flatMap(({ when, answer }) => [when, answer]), ...chain(otherwise)] };
  }
  const groups: Pair[] = [];
  for (let start = 0; start < pairs.length; start += MOST_PAIRS) {
    const group = pairs.slice(start, start + MOST_PAIRS);
    const last = group.at(-1);
    if (last === undefined) continue;
    groups.push({
      when: or(...group.map(({ when }) => when)),
      answer: renderPairs(group.slice(0, -1), last.answer),
    });
  }
  return renderPairs(groups, otherwise);
}

/** An `if` in the last place continues the chain instead of nesting. */
function chain(otherwise: Logic): readonly Logic[] {
  if (typeof otherwise !== "object" || otherwise === null || Array.isArray(otherwise)) return [otherwise];
  const pairs = (otherwise as { readonly [operator: string]: Logic }).if;
  return Array.isArray(pairs) ? pairs : [otherwise];
}

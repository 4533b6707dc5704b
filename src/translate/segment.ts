import type { Logic } from "../model/document.ts";
import type { Condition, Segment, SegmentRule } from "../model/environment.ts";
import { byText } from "../model/text-order.ts";
import type { WarningReason } from "../model/warning.ts";
import { translateCondition } from "./conditions/condition.ts";
import { and, not, or, property } from "./conditions/logic.ts";
import { isOneOf, TARGETING_KEY } from "./identity-key.ts";
import { jsonDepth, variablesOf, withoutRepeats } from "./shared/logic-walk.ts";

/** A warning before it is known which features it reaches. */
export interface Finding {
  readonly reason: WarningReason;
  readonly detail: string;
}

/** Who is in a segment, and what could not be said exactly. */
export interface SegmentTranslation {
  readonly logic: Logic;
  readonly findings: readonly Finding[];
}

/** What every segment of one document shares. */
export interface SegmentScope {
  readonly environment: { readonly name: string; readonly key: string };
  readonly encoding: "exact" | "compact";
}

/** Rules nest two deep through Flagsmith's REST; this only guards against what can not be. */
const MOST_RULE_LEVELS = 40;
/** Rust refuses a document 127 levels deep; a flag adds up to ten around a segment (facts/encodings.md, section 5). */
const MOST_JSON_LEVELS = 88;

/** A rule's logic, with its answer for a context that holds nothing at all. */
interface RuleTranslation {
  readonly logic: Logic;
  readonly holdsForNobody: boolean;
}

interface RuleScope extends SegmentScope {
  readonly segmentId: number;
  readonly negated: boolean;
  readonly level: number;
  readonly warn: (reason: WarningReason, detail: string) => void;
}

/**
 * Top-level rules are ANDed, none matches nobody (facts/flagsmith.md, section 3). Operands are put in an order of their
 * own since rows have none. Without identity Flagsmith's server asks no segment at all, so one that holds for an empty
 * context also requires that the context says something: an identity, or an attribute that the segment reads.
 */
export function translateSegment(segment: Segment, scope: SegmentScope): SegmentTranslation {
  const findings = new Map<string, Finding>();
  const warn = (reason: WarningReason, detail: string) => {
    findings.set(`${reason} ${detail}`, { reason, detail: `segment=${segment.name}; ${detail}` });
  };
  const rules = segment.rules.map((rule) =>
    translateRule(rule, { ...scope, segmentId: segment.id, negated: false, level: 1, warn }),
  );
  const everyRule = all(rules);
  const matches = segment.rules.length === 0 ? false : everyRule.logic;
  const deep = jsonDepth(matches) > MOST_JSON_LEVELS;
  if (deep) warn("malformed_value", "nested too deeply, matches nobody");
  const guarded = everyRule.holdsForNobody ? and(saysSomething(matches), matches) : matches;
  return {
    logic: deep ? false : guarded,
    findings: [...findings].sort(([left], [right]) => byText(left, right)).map(([, finding]) => finding),
  };
}

/** Conditions and sub-rules are each combined by the rule's type, then ANDed; an empty list holds, also for NONE. */
function translateRule(rule: SegmentRule, scope: RuleScope): RuleTranslation {
  const narrow = { logic: scope.negated, holdsForNobody: scope.negated };
  if (scope.level > MOST_RULE_LEVELS) {
    scope.warn("malformed_value", "rules nested too deeply");
    return narrow;
  }
  if (rule.conditions.length === 0 && rule.rules.length === 0) return { logic: true, holdsForNobody: true };
  const combine = COMBINERS.get(rule.type);
  if (combine === undefined) {
    scope.warn("unknown_operator", `rule type ${JSON.stringify(rule.type)}`);
    return narrow;
  }
  const negated = rule.type === "NONE" ? !scope.negated : scope.negated;
  const inner = { ...scope, negated, level: scope.level + 1 };
  const conditions = rule.conditions.map((condition) => translateLeaf(condition, inner));
  const rules = rule.rules.map((child) => translateRule(child, inner));
  return all([conditions, rules].filter((parts) => parts.length > 0).map(combine));
}

/** A condition, or being one of those who fulfil it by what Flagsmith itself keeps of them. */
function translateLeaf(condition: Condition, scope: RuleScope): RuleTranslation {
  const { segmentId, environment, negated, encoding, warn } = scope;
  const logic = translateCondition(condition, { segmentId, environment, negated, encoding, warn });
  const holdsForNobody = typeof logic === "boolean" ? logic : condition.operator === "IS_NOT_SET";
  if (condition.members === undefined) return { logic, holdsForNobody };
  if (condition.members === "too_many") {
    warn(
      "identity_override_limit_exceeded",
      `${condition.property} has more members than a document can hold`,
    );
    return { logic: negated, holdsForNobody: negated };
  }
  return condition.members.length === 0
    ? { logic, holdsForNobody }
    : { logic: or(logic, isOneOf(condition.members.toSorted(byText))), holdsForNobody };
}

type Combiner = (parts: readonly RuleTranslation[]) => RuleTranslation;

const all: Combiner = (parts) => ({
  logic: withoutRepeats(and(...inOrder(parts))),
  holdsForNobody: parts.every(({ holdsForNobody }) => holdsForNobody),
});

const any: Combiner = (parts) => ({
  logic: withoutRepeats(or(...inOrder(parts))),
  holdsForNobody: parts.some(({ holdsForNobody }) => holdsForNobody),
});

const none: Combiner = (parts) => {
  const some = any(parts);
  return { logic: not(some.logic), holdsForNobody: !some.holdsForNobody };
};

const COMBINERS: ReadonlyMap<string, Combiner> = new Map([
  ["ALL", all],
  ["ANY", any],
  ["NONE", none],
]);

function inOrder(parts: readonly RuleTranslation[]): Logic[] {
  return parts
    .map(({ logic }) => ({ logic, text: JSON.stringify(logic) }))
    .sort((left, right) => byText(left.text, right.text))
    .map(({ logic }) => logic);
}

function saysSomething(matches: Logic): Logic {
  const isPresent = (name: string): Logic => ({ "!==": [property(name), null] });
  const names = [...variablesOf(matches)].filter((name) => name !== "targetingKey").sort(byText);
  const hasKey = and(isPresent("targetingKey"), { "!==": [TARGETING_KEY, ""] });
  return or(hasKey, ...names.map(isPresent));
}

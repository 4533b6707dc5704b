import type { Segment, SegmentRule } from "../../../src/model/environment.ts";
import { type Answer, conditionHolds, type Subject } from "./condition.ts";

/** `is_context_in_segment` of the engine: no rules, no members. */
export function isMember(segment: Segment, asked: Omit<Subject, "segmentId">): Answer {
  const subject = { ...asked, segmentId: segment.id };
  return segment.rules.length === 0 ? false : all(segment.rules.map((rule) => ruleHolds(rule, subject)));
}

/** Whether somebody other than the segment decides: then Flagsmith's members and flagd's differ by design. */
export function isSplit(rules: readonly SegmentRule[]): boolean {
  return rules.some(
    ({ conditions, rules: nested }) =>
      conditions.some(({ operator }) => operator === "PERCENTAGE_SPLIT") || isSplit(nested),
  );
}

function ruleHolds(rule: SegmentRule, subject: Subject): Answer {
  const conditions = rule.conditions.map((condition) => conditionHolds(condition, subject));
  const rules = rule.rules.map((nested) => ruleHolds(nested, subject));
  return all([combine(rule.type, conditions), combine(rule.type, rules)]);
}

/** An empty list holds, whatever the type. */
function combine(type: string, answers: readonly Answer[]): Answer {
  if (answers.length === 0) return true;
  switch (type) {
    case "ALL":
      return all(answers);
    case "ANY":
      return any(answers);
    case "NONE":
      return not(any(answers));
    default:
      return undefined;
  }
}

function all(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function any(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}

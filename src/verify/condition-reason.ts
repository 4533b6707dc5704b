import type { Condition } from "../model/environment.ts";
import type { Person } from "./person.ts";
import { conditionValue, type Place } from "./property-value.ts";
import { asServerAsks } from "./server-condition.ts";
import { type ServerValue, serverValueOf } from "./server-value.ts";

/** What Flagsmith sees when it looks at a condition, in a few words: why it holds or not. */
export function reasonOf(condition: Condition, person: Person, place: Place): string {
  const { operator, property } = condition;
  const named = property !== null && property !== "";
  if (operator === "PERCENTAGE_SPLIT" && !named) return "lots drawn by the identity, in flagd other ones";
  const found = conditionValue(condition, person, place);
  if (found.kind === "path") return "Flagsmith follows this path by itself";
  const value = serverValueOf(found.value);
  if (value === undefined) return found.value === null ? "it is null, which is not set" : "it is not set";
  const seen = `it is ${JSON.stringify(found.value)}${readAs(found.value, value)}`;
  if (operator === "PERCENTAGE_SPLIT") return `${seen}; lots drawn by it, in flagd other ones`;
  const unanswerable = asServerAsks(condition, value).operator === "NEVER";
  return unanswerable ? `${seen}, of which Flagsmith always answers no here` : seen;
}

function readAs(trait: unknown, { kind, value }: ServerValue): string {
  if (typeof trait !== "string" || kind === "text") return "";
  return `, which Flagsmith reads as the number ${String(value)}`;
}

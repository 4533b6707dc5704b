import type { Condition, EnvironmentSnapshot, Feature, Segment } from "../../../src/model/environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  options,
  rule,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";
import type { Context } from "./evaluate.ts";

/** Conditions on numbers, a third of all in the environment. */
export const NUMERIC: readonly Condition[] = [
  condition("age", "GREATER_THAN_INCLUSIVE", "18"),
  condition("orders", "GREATER_THAN", "10"),
  condition("balance", "LESS_THAN", "99.5"),
  condition("age", "LESS_THAN", "65"),
  condition("orders", "LESS_THAN_INCLUSIVE", "3"),
  condition("account_id", "MODULO", "10|3"),
  condition("seats", "GREATER_THAN", "50"),
  condition("age", "NOT_EQUAL", "30"),
];
const OTHER: readonly Condition[] = [
  condition("plan", "EQUAL", "premium"),
  condition("country", "IN", "DE,AT,CH"),
  condition("email", "REGEX", ".*@example\\.com$"),
  condition("beta", "EQUAL", "true"),
  condition("plan", "NOT_EQUAL", "free"),
  condition("app_version", "GREATER_THAN_INCLUSIVE", "2.4.0:semver"),
  condition("email", "CONTAINS", "@acme."),
  condition("company", "IS_SET", ""),
  condition("role", "IN", "admin,owner"),
  condition("signed_up", "GREATER_THAN", "2024-01-05"),
  condition("$.identity.identifier", "PERCENTAGE_SPLIT", "25"),
  condition("language", "EQUAL", "de"),
  condition("email", "NOT_CONTAINS", "+test"),
  condition("device", "REGEX", "^(ios|android)$"),
  condition("churned", "IS_NOT_SET", ""),
  condition("city", "EQUAL", "Berlin"),
];

/** Deterministic and without pattern, so that segments and overrides are spread as people would. */
function spread(index: number, among: number): number {
  return Math.floor((((index + 1) * 0.618_033_988_749) % 1) * among);
}

/** The environment of the contract: 200 flags, 30 segments, 150 overrides, a third of the conditions numeric. */
export function typicalEnvironment(): EnvironmentSnapshot {
  let used = 0;
  const nextCondition = () => {
    used += 1;
    const kinds = used % 3 === 0 ? NUMERIC : OTHER;
    return kinds[spread(used, kinds.length)] ?? condition("plan", "EQUAL", "premium");
  };
  const segments = Array.from({ length: 30 }, (_, index) => {
    const conditions = Array.from({ length: 1 + (index % 3) }, nextCondition);
    const type = index % 4 === 0 ? "ANY" : "ALL";
    const without = index % 5 === 0 ? [rule("NONE", nextCondition())] : [];
    return segment(index + 1, `Segment no. ${index + 1}`, rule(type, ...conditions), ...without);
  });
  const segmentsOf = new Map<number, number[]>();
  for (let index = 0; index < 150; index += 1) {
    const flag = index % 90;
    segmentsOf.set(flag, [...(segmentsOf.get(flag) ?? []), 1 + ((index * 7 + Math.floor(index / 90)) % 30)]);
  }
  const features = Array.from({ length: 200 }, (_, index): Feature => {
    const multivariate = index % 10 === 9;
    const textOf = (owner: string) => (multivariate || index % 3 === 0 ? `value of ${owner}` : null);
    const identities = index % 20 === 0 ? ["ann@example.com", "bob@example.com"] : [];
    return feature(index + 1, `feature_number_${index + 1}`, {
      description: index % 2 === 0 ? "What this flag is for, in one short sentence." : null,
      tags: index % 4 === 0 ? ["checkout", "web"] : [],
      environment: {
        enabled: index % 2 === 0,
        value: textOf("all"),
        allocations: multivariate ? split(30, 20) : [],
      },
      options: multivariate ? options("b", "c") : [],
      segmentOverrides: (segmentsOf.get(index) ?? []).map((id, priority) =>
        forSegment(id, priority, { enabled: id % 4 > 0, value: textOf(`${id}`) }),
      ),
      identityOverrides: identities.map((name) => forIdentity(name, { value: textOf(name) })),
    });
  });
  return snapshot({ features, segments });
}

/** One flag per segment, which only its members get: what a document thinks of who is in it. */
export function membershipOf(segments: readonly Segment[]): EnvironmentSnapshot {
  const features = segments.map(({ id }) =>
    feature(id, `in ${id}`, { environment: { enabled: false }, segmentOverrides: [forSegment(id, 0)] }),
  );
  return snapshot({ features, segments });
}

/** People with odd attributes too: what text is a number decides between exact and compact. */
export function somebody(index: number): Context {
  const pick = (values: readonly unknown[], salt: number) => values[spread(index * 31 + salt, values.length)];
  const numbers = [
    undefined,
    0,
    3,
    17,
    18,
    30,
    65.5,
    99.5,
    "18",
    "030",
    "64.9",
    "-3",
    "many",
    "",
    true,
    null,
    153,
  ];
  const all = {
    targetingKey: `person-${index}`,
    age: pick(numbers, 1),
    orders: pick(numbers, 2),
    balance: pick(numbers, 3),
    account_id: pick(numbers, 4),
    seats: pick(numbers, 5),
    plan: pick(["premium", "free", "5", undefined], 6),
    country: pick(["DE", "AT", "US", undefined], 7),
    email: pick(["a@example.com", "b+test@acme.org", "7", undefined], 8),
    beta: pick([true, "true", false, undefined], 9),
    app_version: pick(["2.4.0", "2.3.9", "3.0.0-rc1", "v9.0.0", "3", undefined], 10),
    company: pick(["acme", "", null, undefined], 11),
    role: pick(["admin", "user", undefined], 12),
    signed_up: pick(["2024-06-01", "2023-12-31", "2024", undefined], 13),
    device: pick(["ios", "windows phone", undefined], 14),
    churned: pick([true, undefined], 15),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

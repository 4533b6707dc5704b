import type { SegmentCondition, SegmentRule } from "../writer/segment-rules.ts";

/** A segment of the sample shop. */
export interface SampleSegment {
  readonly description: string;
  readonly rules: readonly SegmentRule[];
}

/** As the dashboard writes it: one ALL at the top, in it groups of conditions. */
function all(...rules: readonly SegmentRule[]): readonly SegmentRule[] {
  return [{ type: "ALL", rules }];
}

function any(...conditions: readonly SegmentCondition[]): SegmentRule {
  return { type: "ANY", conditions };
}

function none(...conditions: readonly SegmentCondition[]): SegmentRule {
  return { type: "NONE", conditions };
}

/** The shop's customers, in groups: every operator of Flagsmith is used at least once (a test counts them). */
export const SAMPLE_SEGMENTS = {
  beta_testers: {
    description: "Customers who asked to see new things first",
    rules: all(any({ property: "beta", operator: "EQUAL", value: "true" })),
  },
  big_spenders: {
    description: "Spent more than 1000 and is in the loyalty programme since 2025 or before",
    rules: all(
      any({ property: "total_spent", operator: "GREATER_THAN", value: "1000" }),
      any({ property: "member_since", operator: "LESS_THAN_INCLUSIVE", value: "2025-12-31" }),
    ),
  },
  german_speaking: {
    description: "Germany, Austria or Switzerland; the last as a condition of its own",
    rules: all(
      any(
        { property: "country", operator: "IN", value: "DE,AT" },
        { property: "country", operator: "EQUAL", value: "CH" },
      ),
    ),
  },
  suspicious_orders: {
    description: "A new account with a large basket",
    rules: all(
      any({ property: "account_age_days", operator: "LESS_THAN", value: "2" }),
      any({ property: "basket_value", operator: "GREATER_THAN_INCLUSIVE", value: "500" }),
    ),
  },
  express_area: {
    description: "Near a warehouse, but not to a box, a locker or an island",
    rules: all(
      any(
        { property: "city", operator: "EQUAL", value: "Berlin" },
        { property: "postcode", operator: "REGEX", value: "^(10|12|13)" },
      ),
      none(
        { property: "address", operator: "CONTAINS", value: "Packstation" },
        { property: "island", operator: "EQUAL", value: "true" },
      ),
    ),
  },
  staff: {
    description: "Whoever has a mail address of the shop; this pattern can be translated",
    rules: all(any({ property: "email", operator: "REGEX", value: ".*@shop\\.example$" })),
  },
  voucher_hunters: {
    description: "This pattern cannot be translated: the segment narrows to nobody, with a warning",
    rules: all(any({ property: "voucher", operator: "REGEX", value: "^(?!TEST)([A-Z]+)-\\1$" })),
  },
  tenth_of_customers: {
    description: "One in ten, by identity",
    rules: all(any({ operator: "PERCENTAGE_SPLIT", value: "10" })),
  },
  half_of_the_companies: {
    description: "One company in two, and then everybody who works there",
    rules: all(any({ property: "company", operator: "PERCENTAGE_SPLIT", value: "50" })),
  },
  old_apps: {
    description: "The app is older than 2.4.0, and says so in a proper version",
    rules: all(any({ property: "app_version", operator: "LESS_THAN", value: "2.4.0:semver" })),
  },
  gold_tier: {
    description: "The trait has a dot in its name",
    rules: all(any({ property: "loyalty.tier", operator: "EQUAL", value: "gold" })),
  },
  first_visit: {
    description: "Has never ordered, and told us where they come from",
    rules: all(
      any({ property: "last_order", operator: "IS_NOT_SET", value: "None" }),
      any({ property: "referrer", operator: "IS_SET", value: "None" }),
    ),
  },
  every_third_cart: {
    description: "Customer number modulo 3 is 1",
    rules: all(any({ property: "customer_number", operator: "MODULO", value: "3|1" })),
  },
  outside_the_office: {
    description: "Not on our own network, and not a robot",
    rules: all(
      any({ property: "network", operator: "NOT_EQUAL", value: "office" }),
      any({ property: "user_agent", operator: "NOT_CONTAINS", value: "bot" }),
    ),
  },
  developers_here: {
    description: "Known when translating: true in Development, false elsewhere",
    rules: all(
      any({ property: "$.environment.name", operator: "EQUAL", value: "Development" }),
      any({ property: "$.identity.identifier", operator: "IN", value: '["ada","grace","linus"]' }),
    ),
  },
} as const satisfies Record<string, SampleSegment>;

/** Names of {@link SAMPLE_SEGMENTS}. */
export type SampleSegmentName = keyof typeof SAMPLE_SEGMENTS;

import type { Person } from "../test/property/model/condition.ts";

/** Who asks: customers of the sample shop, so that its segments and identity overrides have members and strangers. */
export const PEOPLE: readonly Person[] = [
  { identifier: "nobody-special", traits: {} },
  { identifier: "ada", traits: { beta: true, country: "DE", network: "office", user_agent: "Firefox" } },
  { identifier: "grace", traits: { country: "CH", total_spent: 1200.5, member_since: "2024-02-29" } },
  { identifier: "linus", traits: { account_age_days: 1, basket_value: 700, app_version: "1.9.9" } },
  { identifier: "007", traits: { email: "bond@shop.example", city: "Berlin", customer_number: 7 } },
  { identifier: "k-5", traits: { postcode: "10115", address: "Packstation 7", "loyalty.tier": "gold" } },
  { identifier: "k-6", traits: { beta: "true", total_spent: "2000", member_since: "2026-01-01" } },
  { identifier: "k-7", traits: { referrer: "a friend", user_agent: "a bot", company: "Kwik" } },
  { identifier: null, traits: {} },
];

import type { FlagValue } from "../writer/flag-value.ts";
import type { SampleSegmentName } from "./sample-segments.ts";

/** An option of a multivariate feature of the sample shop; its key is also how overrides name it. */
interface SampleOption {
  readonly key: string;
  readonly value: FlagValue;
  readonly percentage: number;
}

interface SampleContent {
  readonly enabled: boolean;
  readonly value?: FlagValue;
  readonly weights?: Readonly<Record<string, number>>;
}

/** A feature of the sample shop as it stands in Development; `production` is what differs there. */
export interface SampleFeature {
  readonly description: string;
  readonly enabled: boolean;
  readonly value?: FlagValue;
  readonly tag?: "checkout" | "catalogue" | "operations";
  readonly options?: readonly SampleOption[];
  /** In order of priority, first wins. */
  readonly segments?: readonly (SampleContent & { readonly segment: SampleSegmentName })[];
  readonly identities?: readonly (SampleContent & { readonly identifier: string })[];
  /** Development becomes this some minutes after the start, Production too. */
  readonly later?: { readonly enabled?: boolean; readonly value?: FlagValue };
  readonly production?: { readonly enabled?: boolean; readonly value?: FlagValue };
}

/** The shop's flags: what each shows is in its description, which also travels in the flag's metadata. */
export const SAMPLE_FEATURES: Readonly<Record<string, SampleFeature>> = {
  new_checkout: {
    description: "Off for everybody, on for a segment: the commonest use",
    enabled: false,
    tag: "checkout",
    segments: [{ segment: "beta_testers", enabled: true }],
  },
  guest_checkout: {
    description: "On for everybody, off for a segment",
    enabled: true,
    tag: "checkout",
    segments: [{ segment: "suspicious_orders", enabled: false }],
  },
  maintenance_mode: { description: "Plainly off", enabled: false, tag: "operations" },
  dark_theme: { description: "Plainly on", enabled: true, production: { enabled: false } },
  show_tax: {
    description: "A boolean value beside on and off",
    enabled: true,
    value: true,
    segments: [{ segment: "half_of_the_companies", enabled: true, value: false }],
  },
  banner_text: {
    description: "Text, with segment overrides by priority and one person's own",
    enabled: true,
    value: "Summer sale: 20 % off everything",
    tag: "catalogue",
    segments: [
      { segment: "big_spenders", enabled: true, value: "Thank you! Your 30 % are waiting in the basket" },
      { segment: "german_speaking", enabled: true, value: "Sommerschlussverkauf: 20 % auf alles" },
    ],
    identities: [{ identifier: "ada", enabled: true, value: "Hello Ada, this banner is yours alone" }],
    production: { value: "Free delivery this week" },
  },
  items_per_page: {
    description: "A whole number",
    enabled: true,
    value: 24,
    tag: "catalogue",
    segments: [{ segment: "old_apps", enabled: true, value: 12 }],
    production: { value: 48 },
  },
  shipping_rules: {
    description: "JSON, which Flagsmith keeps as text",
    enabled: true,
    value: '{"free_from": 50, "carriers": ["bike", "train"]}',
  },
  vat_rate: {
    description: "A decimal number, which Flagsmith keeps as text",
    enabled: true,
    value: "19.0",
    tag: "checkout",
  },
  search_algorithm: {
    description: "Three variants by percentage; beta testers get percentages of their own",
    enabled: true,
    value: "keyword",
    tag: "catalogue",
    options: [
      { key: "semantic", value: "semantic", percentage: 30 },
      { key: "hybrid", value: "hybrid", percentage: 20 },
    ],
    segments: [{ segment: "beta_testers", enabled: true, weights: { semantic: 50, hybrid: 50 } }],
    identities: [{ identifier: "grace", enabled: true, weights: { hybrid: 100 } }],
  },
  button_colour: {
    description: "Percentages with decimals that add up to 100: nobody gets the control value",
    enabled: true,
    value: "grey",
    options: [
      { key: "green", value: "green", percentage: 33.3 },
      { key: "orange", value: "orange", percentage: 12.5 },
      { key: "blue", value: "blue", percentage: 54.2 },
    ],
  },
  recommendations: {
    description: "A rollout to one in ten",
    enabled: false,
    tag: "catalogue",
    segments: [{ segment: "tenth_of_customers", enabled: true }],
  },
  express_delivery: {
    description: "Nested rules: any of these and none of those",
    enabled: false,
    tag: "checkout",
    segments: [{ segment: "express_area", enabled: true }],
  },
  staff_tools: {
    description: "A regular expression that has an exact translation",
    enabled: false,
    tag: "operations",
    segments: [{ segment: "staff", enabled: true }],
  },
  voucher_box: {
    description: "A regular expression that has none: see the warnings",
    enabled: false,
    segments: [{ segment: "voucher_hunters", enabled: true }],
  },
  gold_lounge: {
    description: "A trait with a dot in its name",
    enabled: false,
    segments: [{ segment: "gold_tier", enabled: true }],
  },
  welcome_voucher: {
    description: "Set and not set",
    enabled: true,
    value: "",
    segments: [{ segment: "first_visit", enabled: true, value: "WELCOME10" }],
  },
  cart_reminder_hours: {
    description: "Modulo",
    enabled: true,
    value: 24,
    segments: [{ segment: "every_third_cart", enabled: true, value: 6 }],
  },
  chat_bubble: {
    description: "Neither from here nor a robot",
    enabled: false,
    segments: [{ segment: "outside_the_office", enabled: true }],
  },
  debug_toolbar: {
    description:
      "Conditions on the environment and the identity; switched on for one person and off for another",
    enabled: false,
    tag: "operations",
    segments: [{ segment: "developers_here", enabled: true }],
    identities: [
      { identifier: "007", enabled: true },
      { identifier: "linus", enabled: false },
    ],
  },
  winter_theme: {
    description: "Goes on by itself some minutes after the start of the demo",
    enabled: false,
    value: "plain",
    later: { enabled: true, value: "snow" },
  },
};

/** Something that a document may contain and an old client may not know. */
export interface Construct {
  readonly name: string;
  /** Whether our translation writes it. */
  readonly sent: boolean;
  readonly document: { readonly flags: Readonly<Record<string, unknown>> };
  /** The answer to the text flag `probe` of somebody called `ada`: a value, or the caller's default. */
  readonly expected: string;
}

const DEFAULT = "default";
const VARIANTS = { control: "plain", variant_1: "other" };
const NEVER = { if: [{ "===": [{ var: "targetingKey" }, "grace"] }, "variant_1", null] };
const IS_ADA = { "===": [{ var: "targetingKey" }, "ada"] };

function probe(flag: Readonly<Record<string, unknown>>, beside: Readonly<Record<string, unknown>> = {}) {
  return { ...beside, flags: { probe: { state: "ENABLED", variants: VARIANTS, ...flag } } };
}

function refers(name: string): object {
  return { if: [{ $ref: name }, "variant_1", "control"] };
}

/** What was tried, the harmless first. */
export const CONSTRUCTS: readonly Construct[] = [
  {
    name: 'an empty `defaultVariant` (`""`) for "the caller\'s default"',
    sent: true,
    document: probe({ defaultVariant: "", targeting: NEVER }),
    expected: DEFAULT,
  },
  {
    name: "`defaultVariant` null",
    sent: false,
    document: probe({ defaultVariant: null, targeting: NEVER }),
    expected: DEFAULT,
  },
  {
    name: "no `defaultVariant`",
    sent: false,
    document: probe({ targeting: NEVER }),
    expected: DEFAULT,
  },
  {
    name: "state `DISABLED`",
    sent: true,
    document: probe({ state: "DISABLED", defaultVariant: "control" }),
    expected: DEFAULT,
  },
  {
    name: "`$evaluators`, referenced twice",
    sent: true,
    document: {
      ...probe({ defaultVariant: "control", targeting: refers("ada") }, { $evaluators: { ada: IS_ADA } }),
      flags: {
        probe: { state: "ENABLED", variants: VARIANTS, defaultVariant: "control", targeting: refers("ada") },
        second: { state: "ENABLED", variants: VARIANTS, defaultVariant: "control", targeting: refers("ada") },
      },
    },
    expected: "other",
  },
  {
    name: "`$schema`, and metadata of the document and of a flag",
    sent: true,
    document: probe(
      { defaultVariant: "control", metadata: { "flagsmith.featureId": 7, tags: "a,b" } },
      {
        $schema: "https://flagd.dev/schema/v0/flags.json",
        metadata: {
          flagSetId: "shop/dev",
          version: "2026-11-23T00:00:00.000Z",
          "flagsmith.environmentId": 1,
        },
      },
    ),
    expected: "plain",
  },
  {
    name: "`fractional` with a computed seed, and a total of 10,000",
    sent: true,
    document: probe({
      defaultVariant: "control",
      targeting: {
        fractional: [{ cat: [{ var: "targetingKey" }, "probe"] }, ["variant_1", 10_000], ["control", 0]],
      },
    }),
    expected: "other",
  },
  {
    name: "`sem_ver`, `starts_with`, `ends_with`, `substr`",
    sent: true,
    document: probe({
      defaultVariant: "control",
      targeting: {
        if: [
          {
            and: [
              { sem_ver: ["2.4.1", ">", "2.4.0"] },
              { starts_with: [{ var: "targetingKey" }, "ad"] },
              { ends_with: [{ var: "targetingKey" }, "da"] },
              { "===": [{ substr: [{ var: "targetingKey" }, 0, 1] }, "a"] },
            ],
          },
          "variant_1",
          "control",
        ],
      },
    }),
    expected: "other",
  },
  {
    name: "variants of several types",
    sent: true,
    document: probe({ variants: { control: 5, variant_1: "other", yes: true }, defaultVariant: "variant_1" }),
    expected: "other",
  },
  {
    name: "a document of 4.3 MB",
    sent: false,
    document: probe({ defaultVariant: "control", variants: { ...VARIANTS, long: "x".repeat(4_300_000) } }),
    expected: "plain",
  },
];

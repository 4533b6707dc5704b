/** A JSON value that flagd's metadata admits. */
export type MetadataValue = string | number | boolean;

/** A piece of JsonLogic; `unknown` would do, this says what our translation writes. */
export type Logic =
  | string
  | number
  | boolean
  | null
  | readonly Logic[]
  | { readonly [operator: string]: Logic };

/** A flag of a flagd document. */
export interface FlagdFlag {
  readonly state: "ENABLED" | "DISABLED";
  readonly variants: { readonly [name: string]: string | number | boolean };
  /** `""` stands for "the caller's default": the one form that every flagd client takes. */
  readonly defaultVariant: string;
  readonly targeting?: Logic;
  readonly metadata: { readonly [name: string]: MetadataValue };
}

/** The document of one environment without `metadata.version`: what the content hash is taken over. */
export interface DocumentContent {
  readonly $schema: "https://flagd.dev/schema/v0/flags.json";
  readonly flags: { readonly [key: string]: FlagdFlag };
  readonly $evaluators?: { readonly [name: string]: Logic };
  readonly metadata: { readonly [name: string]: MetadataValue };
}

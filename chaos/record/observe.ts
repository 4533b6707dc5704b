import { createHash } from "node:crypto";
import type { Seen } from "./recording.ts";

/** The writer raises the value of this flag, in every environment, and never lowers it. */
export const COUNTER_FLAG = "chaos_counter";

/** Initial value of features whose live value is another: an override shows it only while its series is half done. */
export const NEVER_SHOWN = "never-shown";

/** Features of this name have both options or are not there at all. */
export const PAIR_PREFIX = "chaos_pair_";

/** Values of the two options of a feature with {@link PAIR_PREFIX}. */
export const PAIR_VALUES = ["left", "right"] as const;

interface Flag {
  readonly variants?: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly flags?: Readonly<Record<string, Flag>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

function counterOf(flag: Flag | undefined): number | null {
  const numbers = Object.values(flag?.variants ?? {}).filter((value) => typeof value === "number");
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function forbiddenIn(text: string, flags: Readonly<Record<string, Flag>>): readonly string[] {
  const found = text.includes(NEVER_SHOWN) ? [`an override with the value ${NEVER_SHOWN}`] : [];
  for (const [name, flag] of Object.entries(flags)) {
    if (!name.startsWith(PAIR_PREFIX)) continue;
    const values = Object.values(flag.variants ?? {});
    if (!PAIR_VALUES.every((value) => values.includes(value))) found.push(`${name} without both options`);
  }
  return found;
}

/** SHA-256 of a document without its version: equal for equal content, whoever made it. */
export function contentHash(text: string): string {
  const { metadata, ...rest } = parse(text);
  const { version: _, ...others } = metadata ?? {};
  return createHash("sha256")
    .update(JSON.stringify({ ...rest, metadata: others }))
    .digest("hex");
}

/** Something that is no JSON is told as a document without flags, which no rule lets pass. */
function parse(text: string): Document {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return {};
  }
}

/** Boils a document down. `always` are the flags that exist all the time. */
export function observe(text: string, atMs: number, always: readonly string[]): Seen {
  const { flags = {}, metadata } = parse(text);
  return {
    atMs,
    version: String(metadata?.version),
    hash: contentHash(text),
    bytes: Buffer.byteLength(text),
    flags: Object.keys(flags).length,
    missing: always.filter((name) => !(name in flags)),
    counter: counterOf(flags[COUNTER_FLAG]),
    forbidden: forbiddenIn(text, flags),
  };
}

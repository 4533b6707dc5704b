/** A small flagd.sync.v1 server that keeps every requirement, but for the one that it is told to break. */

/** What the server's keys are. */
export const GOOD_KEY = "good-key-of-conformance";
export const KNOWN_BUT_REFUSED_KEY = "refused-key-of-conformance";

/** How servers may rightly differ: flagd's own sync service, or this project's. */
export type Manner = "flagd" | "flagsmith-flagd";

/** What all parts of the server share. */
export interface Place {
  readonly manner: Manner;
  /** Whether the server breaks this requirement. */
  breaks(id: string): boolean;
  readonly flags: FlagStore;
}

export const FLAG_SET = "shop/live";

type Json = { [name: string]: unknown };

const flag = (more: Json = {}): Json => ({
  state: "ENABLED",
  variants: { on: true, off: false },
  defaultVariant: "on",
  ...more,
});

/** The flags, which change by a number that counts up. */
export class FlagStore {
  revision = 0;
  readonly #breaks: Place["breaks"];

  constructor(breaks: Place["breaks"]) {
    this.#breaks = breaks;
  }

  /** The document of a revision; `more` tells two documents of one revision apart. */
  text(revision = this.revision, more: Json = {}): string {
    const breaks = this.#breaks;
    if (breaks("DOC-001")) return JSON.stringify(["flags", revision]);
    const flags: Json = {
      banner: flag({ metadata: { revision } }),
      ref: flag({ targeting: { if: [{ $ref: breaks("DOC-006") ? "nowhere" : "always" }, "on", "off"] } }),
      off: flag({ state: "DISABLED" }),
    };
    if (breaks("DOC-002")) flags.mixed = flag({ variants: { on: true, off: 0 } });
    if (breaks("DOC-003")) flags.lost = flag({ defaultVariant: "nowhere" });
    return JSON.stringify({
      $schema: "https://flagd.dev/schema/v0/flags.json",
      flags,
      $evaluators: { always: { "==": [1, 1] } },
      metadata: {
        flagSetId: breaks("DOC-004") ? "" : FLAG_SET,
        ...(breaks("DOC-005") ? { padding: "x".repeat(4.1 * 1024 * 1024) } : {}),
        ...more,
      },
    });
  }

  /** A part of a document, as no client knows it. */
  part(): string {
    return JSON.stringify({ flags: { banner: flag({ metadata: { revision: this.revision } }) } });
  }
}

/** What flagd says where nothing matches. */
export const EMPTY = JSON.stringify({ flags: {} });

/** What a selector selects. */
export type Selected = "all" | "unknown" | "malformed";

/** Reads a selector as flagd does. */
export function select(selector: string): Selected {
  const [key = "", value] = selector.includes("=") ? selector.split("=", 2) : ["source", selector];
  if (value === undefined || value === "") return "all";
  if (key !== "flagSetId" && key !== "source") return "malformed";
  return value === FLAG_SET ? "all" : "unknown";
}

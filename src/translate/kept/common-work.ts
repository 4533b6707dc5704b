import type { Segment } from "../../model/environment.ts";
import { type SegmentScope, type SegmentTranslation, translateSegment } from "../segment.ts";
import { PartTable } from "../shared/part-table.ts";

/** So many segments are kept; one takes 20 KB of the heap at most, as a rule. */
const MOST_SEGMENTS = 300;

/** A longer one is a list of members, above all, and of one environment alone. */
const MOST_SEGMENT_CHARACTERS = 20_000;

/** With more parts than this the next document begins a table of its own, which later ones share. */
const MOST_PARTS = 5_000;

/**
 * What translations of several environments do once: the environments of a project hold the same segments. It changes
 * no byte of any document.
 */
export class CommonWork {
  /** By what they were made of, the one whose use is longest ago first. */
  readonly #segments = new Map<string, SegmentTranslation>();
  #table = new PartTable();

  /** For a document that has none yet. */
  get table(): PartTable {
    if (this.#table.size > MOST_PARTS) this.#table = new PartTable();
    return this.#table;
  }

  /** As `translateSegment`. What reads the environment's own name or key is made for it alone. */
  translateSegment(segment: Segment, scope: SegmentScope): SegmentTranslation {
    const content = JSON.stringify([scope.encoding, segment]);
    const known = this.#segments.get(content);
    if (known !== undefined) {
      this.#segments.delete(content);
      this.#segments.set(content, known);
      return known;
    }
    const { environment, wasRead } = watched(scope.environment);
    const translation = translateSegment(segment, { ...scope, environment });
    if (!wasRead() && content.length <= MOST_SEGMENT_CHARACTERS) this.#keep(content, translation);
    return translation;
  }

  #keep(content: string, translation: SegmentTranslation): void {
    this.#segments.set(content, translation);
    for (const oldest of this.#segments.keys()) {
      if (this.#segments.size <= MOST_SEGMENTS) return;
      this.#segments.delete(oldest);
    }
  }
}

function watched({ name, key }: SegmentScope["environment"]): {
  readonly environment: SegmentScope["environment"];
  readonly wasRead: () => boolean;
} {
  let read = false;
  const tell = (text: string): string => {
    read = true;
    return text;
  };
  return {
    environment: {
      get name() {
        return tell(name);
      },
      get key() {
        return tell(key);
      },
    },
    wasRead: () => read,
  };
}

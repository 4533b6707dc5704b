import type { Logic } from "../../model/document.ts";

/** One thing that rules say, wherever they say it: equal parts of the same table are the same object. */
export interface Part {
  /** Tells parts of one table apart; says nothing else. */
  readonly id: number;
  /** Of its JSON, in characters. */
  readonly length: number;
  /** How it was seen first. */
  readonly logic: Logic;
}

/** A part at a place where a reference could stand, with those that stand within it. */
export interface PartUse {
  readonly part: Part;
  readonly logic: Logic;
  readonly within: readonly PartUse[];
}

/** Equal parts are known by their own parts, without a text of each: a rule has thousands of parts within parts. */
export class PartTable {
  readonly #parts = new Map<string, Part>();
  /** Objects that were looked at since the last {@link release}: many flags hold the logic of one segment. */
  readonly #seen = new Map<Logic, Part>();

  readonly #uses = new Map<Logic, PartUse>();

  /** How many different parts it was asked for, those within others included. It never forgets one. */
  get size(): number {
    return this.#parts.size;
  }

  /** The part that this logic is, whatever object says it. */
  of(logic: Logic): Part {
    if (!hasParts(logic)) {
      const text = JSON.stringify(logic);
      return this.#known(text, text.length, logic);
    }
    const seen = this.#seen.get(logic) ?? this.#compound(logic);
    this.#seen.set(logic, seen);
    return seen;
  }

  /** What was {@link keep}t for this very object. */
  useOf(logic: Logic): PartUse | undefined {
    return this.#uses.get(logic);
  }

  /** Keeps what was found in an object, for the next flag or document that holds it; only of objects that it keeps anyway. */
  keep(use: PartUse): PartUse {
    if (use.part.logic === use.logic) this.#uses.set(use.logic, use);
    return use;
  }

  /** Lets go of the objects that it was asked for; to be called when a document is done. */
  release(): void {
    this.#seen.clear();
  }

  /** `#` keeps ids apart from numbers. */
  #compound(logic: Logic): Part {
    const isList = Array.isArray(logic);
    let key = "";
    let length = 1;
    for (const [operator, inner] of Object.entries(logic as Readonly<Record<string, Logic>>)) {
      const name = isList ? "" : `${JSON.stringify(operator)}:`;
      const part = this.of(inner);
      key += `${name}#${part.id},`;
      length += name.length + part.length + 1;
    }
    return this.#known(isList ? `[${key}]` : `{${key}}`, length, logic);
  }

  #known(key: string, length: number, logic: Logic): Part {
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const part = { id: this.#parts.size, length, logic };
    this.#parts.set(key, part);
    return part;
  }
}

/** A list of texts is one thing, however long. */
function hasParts(logic: Logic): boolean {
  if (typeof logic !== "object" || logic === null) return false;
  return !Array.isArray(logic) || logic.some((item: Logic) => typeof item === "object" && item !== null);
}

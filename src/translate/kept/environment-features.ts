/** kept: what was translated before is not translated again; only what depends on a change is. */
import type { Logic } from "../../model/document.ts";
import type { EnvironmentSnapshot, Feature } from "../../model/environment.ts";
import { byText } from "../../model/text-order.ts";
import type { FailureListener } from "../failure.ts";
import type { SegmentScope } from "../segment.ts";
import { type Evaluators, type SegmentUse, shareSegments } from "../shared/evaluators.ts";
import { PartTable, type PartUse } from "../shared/part-table.ts";
import { nameRepeatedParts, type SharedParts } from "../shared/repeated-parts.ts";
import { sharedBody } from "../shared/shared-body.ts";
import type { CommonWork } from "./common-work.ts";
import type { FinishedFlag } from "./feature-steps.ts";
import { FeatureTranslation, type TranslatedFeature } from "./feature-translation.ts";
import { KnownSegments } from "./known-segments.ts";
import { LastResult } from "./last-result.ts";

/** The parts of a document that depend on the encoding. */
export interface TranslatedFeatures {
  /** In id order. */
  readonly features: readonly TranslatedFeature[];
  /** In the order of their names. */
  readonly flags: readonly FinishedFlag[];
  /** What stands in `$evaluators`; names and bodies are ASCII. */
  readonly bodies: ReadonlyMap<string, Logic>;
}

/** A table of parts is made anew when it has so many times the parts that it had when it was new … */
const MOST_GROWTH = 2;
/** … and so many more. */
const FEWEST_PARTS_FORGOTTEN = 10_000;

/** All features of one environment in one encoding, on their way into one document after another. */
export class EnvironmentFeatures {
  readonly #encoding: SegmentScope["encoding"];
  readonly #segments: KnownSegments;
  readonly #features = new Map<number, FeatureTranslation>();
  readonly #evaluators = new LastResult<Evaluators>();
  readonly #sharedParts = new LastResult<SharedParts>();
  readonly #order = new LastResult<readonly number[]>();
  #table: PartTable;
  #partsWhenNew = 0;
  #characters = 0;

  constructor(encoding: SegmentScope["encoding"], common: CommonWork) {
    this.#encoding = encoding;
    this.#segments = new KnownSegments(common);
    this.#table = common.table;
  }

  /** Of the flags and shared parts that were made last. */
  get characters(): number {
    return this.#characters;
  }

  /** Translates all features of the snapshot, as far as they are not the same as the last time. */
  translate(snapshot: EnvironmentSnapshot, onFailure: FailureListener): TranslatedFeatures {
    const { settings } = snapshot;
    const scope = { settings, segment: this.#segments.within(snapshot, this.#encoding, onFailure) };
    const settingsText = JSON.stringify(settings);
    const features = snapshot.features.toSorted((left, right) => left.id - right.id);
    const translations = this.#translationsOf(features);

    const segmentUses: (readonly SegmentUse[])[] = [];
    for (const translation of translations) {
      const uses = translation.plan(scope, settingsText);
      if (uses.length > 0) segmentUses.push(uses);
    }
    const evaluators = this.#evaluators.of(segmentUses, () => shareSegments(segmentUses));
    const partUses: (readonly PartUse[])[] = [];
    for (const translation of translations) {
      const uses = translation.render(evaluators.names, this.#table);
      if (uses.length > 0) partUses.push(uses);
    }
    const { names, bodies } = this.#sharedParts.of([evaluators, ...partUses], () =>
      nameRepeatedParts(partUses, evaluators.bodies),
    );
    const translated = translations.map((translation) => translation.finish(names, onFailure));
    this.#renewTable();
    const flags = this.#inNameOrder(translated);
    this.#characters = charactersOf(flags, bodies);
    return { features: translated, flags, bodies };
  }

  /** A feature that is left out has no flag; of two with one name, which Flagsmith does not admit, the newer has it. */
  #inNameOrder(translated: readonly TranslatedFeature[]): readonly FinishedFlag[] {
    const flags: FinishedFlag[] = [];
    const names: string[] = [];
    for (const { finished } of translated) {
      if (finished === undefined) continue;
      flags.push(finished);
      names.push(finished.name);
    }
    const order = this.#order.of(names, () => {
      const indexes = new Map(names.map((name, index) => [name, index]));
      return [...indexes].sort(([left], [right]) => byText(left, right)).map(([, index]) => index);
    });
    const ordered: FinishedFlag[] = [];
    for (const index of order) {
      const flag = flags[index];
      if (flag !== undefined) ordered.push(flag);
    }
    return ordered;
  }

  /** Forgets those of all other features. */
  #translationsOf(features: readonly Feature[]): readonly FeatureTranslation[] {
    const translations = features.map((feature) => {
      const known = this.#features.get(feature.id) ?? new FeatureTranslation(feature);
      this.#features.set(feature.id, known);
      known.begin(feature);
      return known;
    });
    if (this.#features.size === features.length) return translations;
    const ids = new Set(features.map(({ id }) => id));
    for (const id of this.#features.keys()) if (!ids.has(id)) this.#features.delete(id);
    return translations;
  }

  /** A table keeps what changed flags no longer say, so now and then the next translation begins with an empty one. */
  #renewTable(): void {
    this.#table.release();
    if (this.#partsWhenNew === 0) this.#partsWhenNew = this.#table.size;
    const most = Math.max(this.#partsWhenNew * MOST_GROWTH, this.#partsWhenNew + FEWEST_PARTS_FORGOTTEN);
    if (this.#table.size <= most) return;
    this.#table = new PartTable();
    this.#partsWhenNew = 0;
  }
}

function charactersOf(flags: readonly FinishedFlag[], bodies: ReadonlyMap<string, Logic>): number {
  const ofFlags = flags.reduce((sum, { member }) => sum + member.length, 0);
  return [...bodies.values()].reduce<number>((sum, body) => sum + sharedBody(body).text.length, ofFlags);
}

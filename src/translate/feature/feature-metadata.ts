import type { MetadataValue } from "../../model/document.ts";
import type { Feature } from "../../model/environment.ts";
import { byText } from "../../model/text-order.ts";

/** Descriptions go out with every evaluation, so a long one is cut. */
const MOST_DESCRIPTION_CHARACTERS = 200;

/**
 * What helps the reader of an evaluation log, in the types that flagd's metadata admits (translation.md, Document). A list
 * would not be admitted: option keys get one entry each, tags are joined.
 */
export function featureMetadata(
  feature: Feature,
  optionVariants: ReadonlyMap<number, string>,
): Record<string, MetadataValue> {
  const metadata: Record<string, MetadataValue> = {};
  const description = cut(feature.description?.trim() ?? "", MOST_DESCRIPTION_CHARACTERS);
  if (description !== "") metadata["flagsmith.description"] = description;
  metadata["flagsmith.featureId"] = feature.id;
  if (feature.tags.length > 0) metadata["flagsmith.tags"] = feature.tags.toSorted(byText).join(",");
  for (const { id, key } of feature.options) {
    const variant = optionVariants.get(id);
    if (key !== null && key !== "" && variant !== undefined) metadata[`flagsmith.${variant}.key`] = key;
  }
  return metadata;
}

/** At most so many characters, never half of one: half a character is no UTF-8. */
export function cut(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  return Array.from(text).slice(0, mostCharacters).join("");
}

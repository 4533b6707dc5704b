import { canonicalJson, canonicalObject } from "../model/canonical-json.ts";
import type { DocumentContent, MetadataValue } from "../model/document.ts";
import type { TranslatedFeatures } from "./kept/environment-features.ts";
import { sharedBody } from "./shared/shared-body.ts";
import { utf8Bytes } from "./size.ts";

const SCHEMA = "https://flagd.dev/schema/v0/flags.json";

/** A document's content, put together from what is kept of its parts. */
export interface AssembledContent {
  readonly content: DocumentContent;
  /** Canonical JSON. */
  readonly text: string;
  /** How many bytes `text` takes in UTF-8. */
  readonly bytes: number;
}

/**
 * Puts flags, shared parts and metadata together. `content.flags` is made when it is first looked at, which nobody does
 * on the way of a change: an object of a thousand members takes longer than all else here.
 */
export function assembleContent(
  { flags, bodies }: TranslatedFeatures,
  metadata: { readonly [name: string]: MetadataValue },
): AssembledContent {
  const evaluators = Array.from(bodies, ([name, body]) => [name, sharedBody(body).text] as const);
  const metadataText = canonicalJson(metadata);
  const head = bodies.size > 0 ? `"$evaluators":${canonicalObject(evaluators)},` : "";
  const members = flags.map(({ member }) => member).join(",");
  const text = `{${head}"$schema":"${SCHEMA}","flags":{${members}},"metadata":${metadataText}}`;
  let beyondAscii = 0;
  for (const { member, bytes } of flags) beyondAscii += bytes - member.length;
  let flagsByName: DocumentContent["flags"] | undefined;
  return {
    content: {
      $schema: SCHEMA,
      get flags() {
        flagsByName ??= Object.fromEntries(flags.map(({ name, flag }) => [name, flag]));
        return flagsByName;
      },
      ...(bodies.size > 0 ? { $evaluators: Object.fromEntries(bodies) } : {}),
      metadata,
    },
    text,
    bytes: text.length + beyondAscii + utf8Bytes(metadataText) - metadataText.length,
  };
}

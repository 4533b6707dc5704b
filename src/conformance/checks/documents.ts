import { baseline, baselineDocument, baselineFlags } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import { isObject, parsed, referencesIn, schemaFault, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand } from "../verdict.ts";

/** What gRPC clients take at most unless they are told otherwise. */
const CLIENT_LIMIT_BYTES = 4 * 1024 * 1024;

async function isDocument(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const document = parsed(text);
  demand(isObject(document), `not a JSON object: ${shortly(text)}`);
  const { flags } = document;
  demand(isObject(flags) || Array.isArray(flags), `"flags" is ${JSON.stringify(flags) ?? "missing"}`);
  return shortly(text);
}

async function fitsSchema(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  await baselineFlags(bench);
  const fault = schemaFault(text);
  demand(fault === undefined, String(fault));
  return "valid";
}

async function hasDefaults(bench: Bench): Promise<string> {
  const flags = await baselineFlags(bench);
  for (const [key, { variants, defaultVariant }] of flags) {
    if (defaultVariant === undefined || defaultVariant === null || defaultVariant === "") continue;
    const known =
      isObject(variants) && typeof defaultVariant === "string" && Object.hasOwn(variants, defaultVariant);
    demand(known, `flag ${JSON.stringify(key)}: ${JSON.stringify(defaultVariant)} is none of its variants`);
  }
  return `${flags.length} flags`;
}

async function namesFlagSet(bench: Bench): Promise<string> {
  const { metadata } = await baselineDocument(bench);
  const id = isObject(metadata) ? metadata.flagSetId : undefined;
  demand(id !== "", 'metadata.flagSetId is ""');
  return id === undefined ? "no flag set is named" : `flag set ${JSON.stringify(id)}`;
}

async function fitsClients(bench: Bench): Promise<string> {
  const { size } = await baseline(bench);
  const seen = `${size} of ${CLIENT_LIMIT_BYTES} bytes`;
  demand(size <= CLIENT_LIMIT_BYTES, seen);
  return seen;
}

async function refersToKnown(bench: Bench): Promise<string> {
  const { $evaluators } = await baselineDocument(bench);
  const known = isObject($evaluators) ? $evaluators : {};
  const flags = await baselineFlags(bench);
  const references = flags.flatMap(([, { targeting }]) => referencesIn(targeting));
  const unknown = references.find((name) => !Object.hasOwn(known, name));
  demand(unknown === undefined, `$ref to ${JSON.stringify(unknown)}, which $evaluators does not have`);
  return `${references.length} references`;
}

const REJECTED_WHOLE = "flagd 0.16.1 rejects the whole document and keeps old flags";

/** What is in a message. */
export const DOCUMENTS: readonly Requirement[] = [
  {
    id: "DOC-001",
    title: 'A document is a JSON object with "flags"',
    level: "must",
    source: `flagd.sync.v1, flag_configuration; without it ${REJECTED_WHOLE}`,
    phase: "quiet",
    check: isDocument,
  },
  {
    id: "DOC-002",
    title: "A document is valid by flagd's JSON schema",
    level: "must",
    source:
      "flagd.sync.v1, flag_configuration: to be validated to flagd's schema (of @openfeature/flagd-core)",
    phase: "quiet",
    check: fitsSchema,
  },
  {
    id: "DOC-003",
    title: "Every defaultVariant is one of its flag's variants, or stands for none",
    level: "must",
    source: `flagd flag definitions, defaultVariant; else ${REJECTED_WHOLE}`,
    phase: "quiet",
    check: hasDefaults,
  },
  {
    id: "DOC-004",
    title: "metadata.flagSetId is not empty",
    level: "must",
    source: "flagd 0.16.1 drops every flag of such a document",
    phase: "quiet",
    check: namesFlagSet,
  },
  {
    id: "DOC-005",
    title: "A message, uncompressed, is not larger than the 4 MiB that clients take",
    level: "should",
    source: "gRPC, the default limit of received messages; most providers have no option to raise it",
    phase: "quiet",
    check: fitsClients,
  },
  {
    id: "DOC-006",
    title: "Every $ref in a targeting rule names one of the document's $evaluators",
    level: "must",
    source: "flagd flag definitions, shared evaluators; flagd 0.16.1 answers PARSE_ERROR for the flag",
    phase: "quiet",
    check: refersToKnown,
  },
];

import { baseline, knownSelector, knownSelectorHeader, open } from "../baseline.ts";
import type { Asked, Bench } from "../bench.ts";
import { endedWith, endInWords } from "../client/status.ts";
import { isEmptyDocument, sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";

const HEADER = "flagd-selector";
/** A pair whose key nobody's selectors have. */
export const UNKNOWN_KEY_SELECTOR = "conformance=unknown";

/** What a selector leads to, in a form that can be compared. */
interface Outcome {
  readonly kind: "document" | "empty" | "refused" | "silence";
  /** The document, or the end in words. */
  readonly text: string;
}

async function outcomeOf(bench: Bench, asked: Asked): Promise<Outcome> {
  const stream = await bench.sync(asked);
  await stream.call.message(0, bench.timing.answerWithinMs);
  const [first] = stream.messages;
  if (first !== undefined) {
    return { kind: isEmptyDocument(first.text) ? "empty" : "document", text: first.text };
  }
  const { end } = stream;
  const refused = end !== undefined && !endedWith(end, "OK");
  return { kind: refused ? "refused" : "silence", text: endInWords(end) };
}

async function selectedByField(bench: Bench): Promise<string> {
  const { text } = (await open(bench, { selector: await knownSelector(bench) })).first;
  demand(!isEmptyDocument(text), "a selector that the server knows brings no flags");
  return text;
}

async function fieldSelects(bench: Bench): Promise<string> {
  await baseline(bench);
  const text = await bench.once(selectedByField);
  return `${await knownSelector(bench)}: ${shortly(text)}`;
}

async function headerSelects(bench: Bench): Promise<string> {
  const wanted = await bench.given(selectedByField, "SEL-001");
  const { first } = await open(bench, { metadata: { [HEADER]: await knownSelectorHeader(bench) } });
  demand(
    sameDocument(first.text, wanted),
    `${shortly(first.text)} by the header, ${shortly(wanted)} by the field`,
  );
  return "as by the field";
}

async function headerBeatsField(bench: Bench): Promise<string> {
  const wanted = await bench.given(selectedByField, "SEL-001");
  const known = await knownSelectorHeader(bench);
  const { unknownSelector } = bench.settings;
  const good = await outcomeOf(bench, { metadata: { [HEADER]: known }, selector: unknownSelector });
  demand(
    good.kind === "document" && sameDocument(good.text, wanted),
    `a known header with an unknown field: ${good.kind} (${shortly(good.text)})`,
  );
  const bad = await outcomeOf(bench, { metadata: { [HEADER]: unknownSelector }, selector: known });
  demand(bad.kind !== "document", "an unknown header with a known field brings flags");
  return `known header: a document; unknown header: ${bad.kind}`;
}

async function emptyHeaderAlone(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const { first } = await open(bench, { metadata: { [HEADER]: "" } });
  demand(sameDocument(first.text, text), `${shortly(first.text)}, without the header ${shortly(text)}`);
  return "as without the header";
}

async function emptyHeaderBeatsField(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const { unknownSelector } = bench.settings;
  const found = await outcomeOf(bench, { metadata: { [HEADER]: "" }, selector: unknownSelector });
  demand(
    found.kind === "document" && sameDocument(found.text, text),
    `${found.kind}: ${shortly(found.text)}`,
  );
  return "the empty header counts";
}

const unknownSet = (bench: Bench): Promise<Outcome> =>
  outcomeOf(bench, { selector: bench.settings.unknownSelector });

async function unknownSetIsTold(bench: Bench): Promise<string> {
  const found = await bench.once(unknownSet);
  demand(found.kind !== "silence", `neither a message nor an error: ${found.text}`);
  demand(found.kind !== "document", `flags of something else: ${shortly(found.text)}`);
  return found.kind === "empty" ? "an empty document" : found.text;
}

async function unknownSetIsEmpty(bench: Bench): Promise<string> {
  const found = await bench.once(unknownSet);
  needs(found.kind === "empty" || found.kind === "refused", "SEL-006 failed");
  demand(found.kind === "empty", found.text);
  return "an empty document";
}

async function unknownSetIsDenied(bench: Bench): Promise<string> {
  const stream = await bench.sync({ selector: bench.settings.unknownSelector });
  const end = await stream.call.ended(bench.timing.answerWithinMs);
  demand(endedWith(end, "PERMISSION_DENIED"), endInWords(end));
  return endInWords(end);
}

async function unknownKeyIsInvalid(bench: Bench): Promise<string> {
  const stream = await bench.sync({ selector: UNKNOWN_KEY_SELECTOR });
  const end = await stream.call.ended(bench.timing.answerWithinMs);
  demand(endedWith(end, "INVALID_ARGUMENT"), `SyncFlags: ${endInWords(end)}`);
  const call = await bench.fetchAll({ selector: UNKNOWN_KEY_SELECTOR });
  const fetchEnd = await call.ended(bench.timing.answerWithinMs);
  demand(endedWith(fetchEnd, "INVALID_ARGUMENT", "UNIMPLEMENTED"), `FetchAllFlags: ${endInWords(fetchEnd)}`);
  return endInWords(end);
}

const SYNTAX = "flagd selector syntax";

/** Selectors, in the field and in the header. */
export const SELECTORS: readonly Requirement[] = [
  {
    id: "SEL-001",
    title: "A known selector in the request's field brings its flags",
    level: "must",
    source: "flagd.sync.v1, SyncFlagsRequest.selector",
    phase: "quiet",
    check: fieldSelects,
  },
  {
    id: "SEL-002",
    title: "The header flagd-selector selects as the field does",
    level: "should",
    source: `${SYNTAX}, precedence; the Node, Python and .NET providers send it`,
    phase: "quiet",
    check: headerSelects,
  },
  {
    id: "SEL-003",
    title: "The header flagd-selector beats the field",
    level: "should",
    source: `${SYNTAX}, precedence`,
    phase: "quiet",
    check: headerBeatsField,
  },
  {
    id: "SEL-004",
    title: "An empty header flagd-selector selects what no selector does",
    level: "should",
    source: "flagd 0.16.1; providers send it when they are given no selector",
    phase: "quiet",
    check: emptyHeaderAlone,
  },
  {
    id: "SEL-005",
    title: "An empty header flagd-selector beats the field",
    level: "may",
    only: ["flagsmith-flagd"],
    source: "flagd 0.16.1; flagd's later HTTP route goes by the field then, so other servers may too",
    phase: "quiet",
    check: emptyHeaderBeatsField,
  },
  {
    id: "SEL-006",
    title:
      "An unknown flag set is told: by an empty document or by an error, never by other flags or by silence",
    level: "must",
    source: "flagd 0.16.1 sends an empty document; its documentation says that the request fails",
    phase: "quiet",
    check: unknownSetIsTold,
  },
  {
    id: "SEL-007",
    title: "An unknown flag set is an empty document on a stream that stays open",
    level: "should",
    only: ["flagd"],
    source: "flagd 0.16.1, observed",
    phase: "quiet",
    check: unknownSetIsEmpty,
  },
  {
    id: "SEL-008",
    title: "A flag set that the key does not open is PERMISSION_DENIED",
    level: "must",
    only: ["flagsmith-flagd"],
    source: "docs/keys.md, wrong_flag_set",
    phase: "quiet",
    check: unknownSetIsDenied,
  },
  {
    id: "SEL-009",
    title: "A selector with an unknown key is INVALID_ARGUMENT",
    level: "should",
    only: ["flagd", "flagsmith-flagd"],
    source: `${SYNTAX}, supported keys; flagd 0.16.1, SyncFlags and FetchAllFlags`,
    phase: "quiet",
    check: unknownKeyIsInvalid,
  },
];

import { ACCEPT_GZIP, baseline, open, openAsFlagd } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import { endInWords } from "../client/status.ts";
import { sameDocument, shortly } from "../documents.ts";
import { fetchDocument } from "../fetch.ts";
import type { Requirement } from "../requirement.ts";
import { demand } from "../verdict.ts";

/** Attempts of which the one in the middle counts: one slow answer of a busy machine is no rule. */
const ATTEMPTS = 3;

async function firstMessageTime(bench: Bench): Promise<string> {
  await baseline(bench);
  const times = await Promise.all(
    Array.from({ length: ATTEMPTS }, async () => {
      const { stream } = await open(bench, { metadata: ACCEPT_GZIP });
      const afterMs = stream.messages[0]?.afterMs ?? Number.POSITIVE_INFINITY;
      stream.call.cancel();
      return afterMs;
    }),
  );
  const middleMs = times.sort((left, right) => left - right)[Math.floor(ATTEMPTS / 2)] ?? 0;
  const seen = `${middleMs.toFixed(1)} ms from the call to the message`;
  demand(
    middleMs <= bench.timing.firstMessageMs,
    `${seen}; providers wait ${bench.timing.firstMessageMs} ms`,
  );
  return seen;
}

async function staysOpen(bench: Bench): Promise<string> {
  await baseline(bench);
  const { stream } = await open(bench, { metadata: ACCEPT_GZIP });
  const end = await stream.call.ended(bench.timing.idleMs);
  demand(end === undefined, `the server ended an idle stream: ${endInWords(end)}`);
  stream.call.cancel();
  return `open and idle for ${bench.timing.idleMs} ms`;
}

async function takesProviderId(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const { first } = await open(bench, { providerId: "flagd-conformance" });
  demand(sameDocument(first.text, text), `another document: ${shortly(first.text)}, not ${shortly(text)}`);
  return "the same document with a provider_id";
}

async function equalForAll(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const opened = await Promise.all([open(bench), open(bench)]);
  for (const { first } of opened) {
    demand(sameDocument(first.text, text), `${shortly(first.text)} beside ${shortly(text)}`);
  }
  return `${opened.length + 1} streams, one document`;
}

async function fetchesTheSame(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const document = await fetchDocument(bench);
  demand(sameDocument(document, text), `FetchAllFlags has ${shortly(document)}, SyncFlags ${shortly(text)}`);
  return shortly(document);
}

async function neverOk(bench: Bench): Promise<string> {
  const ended = bench.streams.filter(({ end }) => end !== undefined);
  const clean = ended.filter(({ end }) => end?.kind === "status" && end.status === "OK");
  demand(
    clean.length === 0,
    `${clean.length} of ${ended.length} streams that the server ended ended with OK`,
  );
  const drained = bench.settings.hooks.drain !== undefined;
  const limits = drained ? "" : "; no drain was seen (no --drain-command)";
  return `${bench.streams.length} streams, ${ended.length} ended by the server${limits}`;
}

async function noRepetition(bench: Bench): Promise<string> {
  let messages = 0;
  for (const stream of bench.streams) {
    const texts = stream.messages.map(({ text }) => text);
    messages += texts.length;
    const repeated = texts.findIndex(
      (text, index) => index > 0 && sameDocument(text, texts[index - 1] ?? ""),
    );
    demand(
      repeated < 0,
      `message ${repeated + 1} of a stream repeats the one before: ${shortly(texts[repeated] ?? "")}`,
    );
  }
  return `${messages} messages on ${bench.streams.length} streams`;
}

/** SyncFlags from its opening to its end, and FetchAllFlags beside it. */
export const STREAMS: readonly Requirement[] = [
  {
    id: "SYNC-001",
    title: "SyncFlags without provider_id and selector, as flagd calls it, brings a document",
    level: "must",
    source:
      "flagd.sync.v1, SyncFlagsRequest: both fields are optional; flagd 0.16.1 sends neither unless told",
    phase: "opening",
    check: async (bench) => `${shortly((await bench.once(openAsFlagd)).first.text)}`,
  },
  {
    id: "SYNC-002",
    title: "The first message comes within the 500 ms that providers wait",
    level: "should",
    source: "flagd provider specification, deadlineMs 500; the Java provider gives up after 500 to 1000 ms",
    phase: "opening",
    check: firstMessageTime,
  },
  {
    id: "SYNC-003",
    title: "A stream on which nothing changes stays open",
    level: "must",
    source:
      "flagd.sync.v1, SyncFlags is a stream of changes; flagd issue 1998 (servers reaping idle streams)",
    phase: "quiet",
    check: staysOpen,
  },
  {
    id: "SYNC-004",
    title: "A provider_id that is no credential changes nothing",
    level: "should",
    source: "flagd.sync.v1, SyncFlagsRequest.provider_id: an optional name of the client; providers send it",
    phase: "quiet",
    check: takesProviderId,
  },
  {
    id: "SYNC-005",
    title: "Equal requests get equal documents",
    level: "must",
    source: "flagd.sync.v1, SyncFlagsResponse: the flag configuration; all replicas of a client must agree",
    phase: "quiet",
    check: equalForAll,
  },
  {
    id: "SYNC-006",
    title: "The server never ends a stream with OK",
    level: "must",
    source: "@openfeature/flagd-provider 0.16.1: after OK it stays READY on old flags and never reconnects",
    phase: "balance",
    check: neverOk,
  },
  {
    id: "SYNC-007",
    title: "No message of a stream repeats the one before it",
    level: "should",
    source: "flagd 0.16.1 hands each message on to its own clients, who load the whole document again",
    phase: "balance",
    check: noRepetition,
  },
  {
    id: "SYNC-008",
    title: "FetchAllFlags answers the document of SyncFlags",
    level: "should",
    source: "flagd.sync.v1, FetchAllFlags: for clients that load everything anew",
    phase: "quiet",
    check: fetchesTheSame,
  },
];

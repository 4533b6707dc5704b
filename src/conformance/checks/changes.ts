import { ACCEPT_GZIP, baseline, type Opened, open } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import { sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, Violation } from "../verdict.ts";

/** Changes in a row of which the newest has to come last. With the single one before it the number is even. */
const BURST = 3;

/** Lets all come that was sent by now, and then what may still be on its way. */
async function settle(bench: Bench, streams: readonly Opened[]): Promise<void> {
  await bench.pause(bench.timing.quietMs);
  await Promise.all(streams.map(({ connection }) => connection.ping(bench.timing.answerWithinMs)));
}

/** Skips the check where streams bring nothing at all. */
async function openTwo(bench: Bench): Promise<Opened[]> {
  await baseline(bench);
  return Promise.all([open(bench), open(bench, { metadata: ACCEPT_GZIP })]);
}

/** What one stream got during a change. */
interface Told {
  readonly texts: readonly string[];
  readonly afterMs: number;
}

/** What was seen of one change. */
interface SeenChange {
  readonly told: readonly Told[];
  /** What a stream that was opened afterwards gets. */
  readonly now: string;
}

async function seenChange(bench: Bench): Promise<SeenChange> {
  const change = bench.hook("change");
  const streams = await openTwo(bench);
  await settle(bench, streams);
  const known = streams.map(({ stream }) => stream.messages.length);
  await change();
  const doneMs = bench.settings.clock.monotonicMs();
  const times = await Promise.all(
    streams.map(async ({ stream }, index) => {
      const second = await stream.message(known[index] ?? 1, bench.timing.answerWithinMs);
      return typeof second === "string" ? second : bench.settings.clock.monotonicMs() - doneMs;
    }),
  );
  const missed = times.find((time) => typeof time === "string");
  if (missed !== undefined) {
    const count = times.filter((time) => typeof time === "string").length;
    throw new Violation(`${count} of ${times.length} streams were not told: ${missed}`);
  }
  await settle(bench, streams);
  const told = streams.map(({ stream }, index) => ({
    texts: stream.messages.slice(known[index]).map(({ text }) => text),
    afterMs: Number(times[index]),
  }));
  const { first } = await open(bench);
  for (const { stream } of streams) stream.call.cancel();
  return { told, now: first.text };
}

async function tellsChange(bench: Bench): Promise<string> {
  const { told } = await bench.once(seenChange);
  const slowestMs = Math.max(0, ...told.map(({ afterMs }) => afterMs));
  return `${told.length} streams told within ${slowestMs.toFixed(0)} ms of the command's end`;
}

async function tellsAll(bench: Bench): Promise<string> {
  const { told, now } = await bench.given(seenChange, "CHG-001");
  for (const { texts } of told) {
    const last = texts.at(-1) ?? "";
    demand(sameDocument(last, now), `the message has ${shortly(last)}, a new stream ${shortly(now)}`);
  }
  return shortly(now);
}

async function tellsOnce(bench: Bench): Promise<string> {
  const { told } = await bench.given(seenChange, "CHG-001");
  const counts = told.map(({ texts }) => texts.length);
  demand(
    counts.every((count) => count === 1),
    `messages of one change: ${counts.join(", ")}`,
  );
  return "one message";
}

async function tellsNewestLast(bench: Bench): Promise<string> {
  const change = bench.hook("change");
  const streams = await openTwo(bench);
  for (let made = 0; made < BURST; made += 1) await change();
  await settle(bench, streams);
  const now = (await open(bench)).first.text;
  const newest = (texts: readonly string[]): boolean => sameDocument(texts.at(-1) ?? "", now);
  const counts = await Promise.all(
    streams.map(async ({ stream, first }) => {
      const textsNow = (): string[] => stream.messages.map(({ text }) => text);
      await stream.call.until(() => (newest(textsNow()) ? true : undefined), bench.timing.answerWithinMs);
      const texts = textsNow();
      demand(newest(texts), `the last of ${texts.length} messages is not what a new stream gets`);
      demand(texts.length > 1 || sameDocument(first.text, now), "no message came");
      stream.call.cancel();
      return texts.length - 1;
    }),
  );
  return `${counts.join(" and ")} messages of ${BURST} changes, the newest last`;
}

async function staysSilent(bench: Bench): Promise<string> {
  const noOp = bench.hook("noOp");
  const streams = await openTwo(bench);
  await settle(bench, streams);
  const before = streams.map(({ stream }) => stream.messages.length);
  await noOp();
  await settle(bench, streams);
  const more = streams.map(({ stream }, index) => stream.messages.length - (before[index] ?? 0));
  for (const { stream } of streams) stream.call.cancel();
  demand(
    more.every((count) => count === 0),
    `messages without a change: ${more.join(", ")}`,
  );
  return "no message";
}

/** What streams are told when flags change. */
export const CHANGES: readonly Requirement[] = [
  {
    id: "CHG-001",
    title: "A change comes on every open stream",
    level: "must",
    source: "flagd.sync.v1, SyncFlags: a stream to be told of changes",
    phase: "changes",
    check: tellsChange,
  },
  {
    id: "CHG-002",
    title: "The message of a change is the whole document, as a new stream gets it",
    level: "must",
    source: "flagd replaces all flags of the source by each message; flagd.sync.v1 knows no parts",
    phase: "changes",
    check: tellsAll,
  },
  {
    id: "CHG-003",
    title: "One change is one message",
    level: "should",
    source: "flagd 0.16.1, observed; each message costs every client a load of the document",
    phase: "changes",
    check: tellsOnce,
  },
  {
    id: "CHG-004",
    title: "After changes in a row the last message is the newest document",
    level: "must",
    source: "clients keep what came last; a stream may leave out what is old, and never go back",
    phase: "changes",
    check: tellsNewestLast,
  },
  {
    id: "CHG-005",
    title: "Nothing is sent when flags are written again as they are",
    level: "should",
    source: "flagd 0.16.1 hands each message on to its own clients, who load the whole document again",
    phase: "changes",
    check: staysSilent,
  },
];

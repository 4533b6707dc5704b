import { HealthCheckResponse_ServingStatus as Serving } from "../../gen/grpc/health/v1/health_pb.ts";
import { baseline, type Opened, open } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import { type CallEnd, endedWith, endInWords } from "../client/status.ts";
import { sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs, Violation } from "../verdict.ts";
import { callHealth, statesOf } from "./services.ts";

/** Streams that are open when the server begins to end. */
const STREAMS = 3;
const NO_ERROR = 0;
/** Milliseconds between two attempts to reach a server that starts again. */
const ATTEMPT_EVERY_MS = 200;

/** What was seen of a drain. */
interface SeenDrain {
  readonly ends: readonly (CallEnd | undefined)[];
  /** The codes of GOAWAY on each connection. */
  readonly goaways: readonly (readonly number[])[];
  /** `undefined`: the server has no health to watch. */
  readonly health: readonly Serving[] | undefined;
  /** The document of before. */
  readonly document: string;
}

async function seenDrain(bench: Bench): Promise<SeenDrain> {
  const drain = bench.hook("drain");
  await baseline(bench);
  const { answerWithinMs, drainWithinMs } = bench.timing;
  const watch = await callHealth(bench, "Watch", "");
  await watch.message(0, answerWithinMs);
  const streams: Opened[] = await Promise.all(Array.from({ length: STREAMS }, () => open(bench)));
  const document = streams[0]?.first.text ?? "";
  await drain();
  const ends = await Promise.all(streams.map(({ stream }) => stream.call.ended(drainWithinMs)));
  await Promise.all(
    streams.map(({ connection }) =>
      connection.until(
        () => connection.closed ?? (connection.goaways.length > 0 ? "told" : undefined),
        answerWithinMs,
      ),
    ),
  );
  const offersHealth = watch.messages.length > 0;
  if (offersHealth) {
    const down = (): boolean | undefined => statesOf(watch).includes(Serving.NOT_SERVING) || undefined;
    await watch.until(() => down() ?? (watch.end && true), answerWithinMs);
  }
  return {
    ends,
    goaways: streams.map(({ connection }) => connection.goaways),
    health: offersHealth ? statesOf(watch) : undefined,
    document,
  };
}

async function endsStreams(bench: Bench): Promise<string> {
  const { ends } = await bench.once(seenDrain);
  const wrong = ends.find((end) => !endedWith(end, "UNAVAILABLE"));
  demand(wrong === undefined && !ends.includes(undefined), endInWords(wrong));
  return `${ends.length} streams ended with UNAVAILABLE`;
}

async function saysGoaway(bench: Bench): Promise<string> {
  const { goaways } = await bench.given(seenDrain, "DRAIN-001");
  const told = goaways.filter((codes) => codes.length > 0);
  demand(told.length === goaways.length, `${told.length} of ${goaways.length} connections were told`);
  const wrong = told.flat().find((code) => code !== NO_ERROR);
  demand(wrong === undefined, `GOAWAY with code ${wrong}`);
  return `${told.length} connections were told`;
}

async function saysNotServing(bench: Bench): Promise<string> {
  const { health } = await bench.given(seenDrain, "DRAIN-001");
  needs(health !== undefined, "the server has no Watch of grpc.health.v1");
  const states = health.map((state) => Serving[state]).join(", ");
  demand(health.includes(Serving.NOT_SERVING), `Watch told ${states}`);
  return states;
}

/** Restarts the server and follows it again; attempts fail until it is there. */
async function seenRestart(bench: Bench): Promise<{ readonly text: string; readonly tookMs: number }> {
  const restart = bench.hook("restart");
  await baseline(bench);
  await restart();
  const { clock } = bench.settings;
  const beganMs = clock.monotonicMs();
  for (;;) {
    const tookMs = clock.monotonicMs() - beganMs;
    try {
      return { text: (await open(bench)).first.text, tookMs };
    } catch (thrown) {
      if (!(thrown instanceof Violation) || tookMs > bench.timing.drainWithinMs) throw thrown;
    }
    await bench.pause(ATTEMPT_EVERY_MS);
  }
}

async function servesAgain(bench: Bench): Promise<string> {
  const { text, tookMs } = await bench.once(seenRestart);
  return `${shortly(text)} after ${tookMs.toFixed(0)} ms`;
}

async function servesTheSame(bench: Bench): Promise<string> {
  const { text } = await bench.given(seenRestart, "DRAIN-004");
  const { document } = await bench.given(seenDrain, "DRAIN-001");
  demand(sameDocument(text, document), `${shortly(text)}, before ${shortly(document)}`);
  return text === document ? "the same bytes" : "the same document, in other bytes";
}

/** How the server goes, and comes back. */
export const ENDING: readonly Requirement[] = [
  {
    id: "DRAIN-001",
    title: "A graceful end ends every stream with UNAVAILABLE",
    level: "must",
    source: "gRPC, statuscodes.md; on UNAVAILABLE every provider comes back, after OK not all do",
    phase: "ending",
    check: endsStreams,
  },
  {
    id: "DRAIN-002",
    title: "A graceful end is told by GOAWAY without an error",
    level: "should",
    source: "RFC 9113, section 6.8; gRPC clients then open calls elsewhere",
    phase: "ending",
    check: saysGoaway,
  },
  {
    id: "DRAIN-003",
    title: "A graceful end is told by NOT_SERVING to those who watch the health",
    level: "may",
    source: "gRPC, health-checking.md",
    phase: "ending",
    check: saysNotServing,
  },
  {
    id: "DRAIN-004",
    title: "After a restart a stream brings a document",
    level: "must",
    source: "flagd.sync.v1, SyncFlags; providers open their stream again",
    phase: "ending",
    check: servesAgain,
  },
  {
    id: "DRAIN-005",
    title: "After a restart the document is the one of before",
    level: "should",
    source: "clients take another document for a change of flags, and tell their applications",
    phase: "ending",
    check: servesTheSame,
  },
];

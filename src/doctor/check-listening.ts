import type { Queryable } from "../postgres/connection/database.ts";
import { HEARING_CHANNEL, HearingTest } from "../postgres/listening/hearing-test.ts";
import { type ListenConnection, openListenConnection } from "../postgres/listening/listen-connection.ts";
import type { Clock } from "../support/clock.ts";
import { codeOf, messageOf } from "../support/errors.ts";
import { type Finding, found } from "./finding.ts";

/** What is needed to hear a word of our own. */
export interface ListeningParts {
  /** Where rows are read, and the word is sent. */
  readonly reader: Queryable;
  readonly listenUrl: string;
  /** Host, port and name of where it is listened, without secrets. */
  readonly target: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Listens as a server does, and sends a word as its hearing test does: on a channel on which servers ignore the words of
 * others. Finds poolers per transaction, standbys, and addresses that lead to different databases.
 */
export async function checkListening(parts: ListeningParts): Promise<readonly Finding[]> {
  const { listenUrl, target, clock } = parts;
  const hearing = new HearingTest(parts);
  let connection: ListenConnection;
  try {
    connection = await openListenConnection({
      connectionString: listenUrl,
      clock,
      channels: [HEARING_CHANNEL],
      onNotification: (_, word) => hearing.heard(word),
      onEnd: () => undefined,
    });
  } catch (thrown) {
    const code = codeOf(thrown) === "DATABASE_STANDBY" ? "LISTEN_STANDBY" : "LISTEN_UNREACHABLE";
    return [found(code, `${target}: ${messageOf(thrown)}`)];
  }
  try {
    const sentMs = clock.monotonicMs();
    const hears = await hearing.run();
    const tookMs = Math.ceil(clock.monotonicMs() - sentMs);
    return [found("LISTEN_CONNECTED", target), hearingFinding(hears, tookMs)];
  } finally {
    await connection.close();
  }
}

function hearingFinding(hears: boolean | undefined, tookMs: number): Finding {
  if (hears === undefined) return found("NOTIFY_UNSENT", "the word of the test could not be sent");
  if (!hears) return found("NOTIFY_LOST", `nothing arrived within ${tookMs} ms`);
  return found("NOTIFY_ARRIVES", `after ${tookMs} ms`);
}

import { baseline, endInQuiet } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import type { Connection } from "../client/connection.ts";
import { endInWords } from "../client/status.ts";
import type { Requirement } from "../requirement.ts";
import { demand } from "../verdict.ts";

/** grpc-go's default enforcement allows two pings too many: the fourth in a row on an idle connection ends it. */
const PINGS = 5;

async function pingRegularly(bench: Bench, connection: Connection): Promise<void> {
  const { pingIntervalMs, quietMs, answerWithinMs } = bench.timing;
  const cut = (): string | undefined => {
    const [code] = connection.goaways;
    return code === undefined ? connection.closed : `GOAWAY with code ${code}`;
  };
  for (let sent = 1; sent <= PINGS; sent += 1) {
    const acknowledged = await connection.ping(answerWithinMs);
    // A server that has had enough acknowledges the ping first.
    const reason = await connection.until(cut, sent < PINGS ? pingIntervalMs : quietMs);
    demand(reason === undefined, `${reason} after ${sent} pings`);
    demand(acknowledged, `ping ${sent} was not acknowledged`);
  }
}

const pingsInWords = ({ timing }: Bench): string =>
  `${PINGS} pings, one every ${timing.pingIntervalMs} ms, all acknowledged`;

async function toleratesIdlePings(bench: Bench): Promise<string> {
  await pingRegularly(bench, await bench.connect());
  return pingsInWords(bench);
}

async function toleratesPings(bench: Bench): Promise<string> {
  await baseline(bench);
  const connection = await bench.connect();
  const stream = await bench.sync({}, connection);
  await stream.message(0, bench.timing.answerWithinMs);
  await pingRegularly(bench, connection);
  demand(stream.end === undefined, `the stream ended: ${endInWords(stream.end)}`);
  stream.call.cancel();
  return pingsInWords(bench);
}

async function sharesConnection(bench: Bench): Promise<string> {
  await baseline(bench);
  const connection = await bench.connect();
  const streams = await Promise.all([bench.sync({}, connection), bench.sync({}, connection)]);
  const [left, right] = streams;
  left.call.cancel();
  const first = await right.message(0, bench.timing.answerWithinMs);
  demand(typeof first !== "string", `beside a stream that was cancelled: ${String(first)}`);
  const end = await endInQuiet(bench, connection, right);
  demand(end === undefined, `beside a stream that was cancelled: ${endInWords(end)}`);
  right.call.cancel();
  return "one of two was cancelled, the other goes on";
}

/** Connections: pings, and calls side by side. */
export const CONNECTIONS: readonly Requirement[] = [
  {
    id: "CONN-001",
    title: "Keepalive pings every 10 s without a stream are tolerated",
    level: "must",
    source: "flagd issues 1998 and 1999: the default enforcement of grpc-go cut every provider's connection",
    phase: "background",
    check: toleratesIdlePings,
  },
  {
    id: "CONN-002",
    title: "Keepalive pings every 10 s beside a stream are tolerated",
    level: "must",
    source: "gRPC, keepalive.md: 10 s is the least that clients send; flagd issue 1998",
    phase: "background",
    check: toleratesPings,
  },
  {
    id: "CONN-003",
    title: "A client that cancels a stream ends that stream alone",
    level: "must",
    source: "gRPC: calls share a connection; providers cancel at their deadline and open again",
    phase: "quiet",
    check: sharesConnection,
  },
];

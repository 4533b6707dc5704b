import { baseline } from "../baseline.ts";
import type { Asked, Bench } from "../bench.ts";
import { type CallEnd, endedWith, endInWords } from "../client/status.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";

function needsKeys(bench: Bench): void {
  needs(bench.settings.unknownCredentials !== undefined, "no --key was given");
}

/** A certificate may let in a call that has no key. */
function needsNoCertificate(bench: Bench): void {
  needs(bench.settings.target.tls?.cert === undefined, "the client certificate may be a credential too");
}

async function refusedStream(bench: Bench, asked: Asked): Promise<CallEnd | undefined> {
  const stream = await bench.sync(asked);
  await stream.call.message(0, bench.timing.answerWithinMs);
  demand(stream.call.messages.length === 0, "SyncFlags brings a message");
  return stream.end;
}

async function withoutKey(bench: Bench): Promise<string> {
  needsKeys(bench);
  needsNoCertificate(bench);
  const end = await refusedStream(bench, { credentials: {} });
  demand(endedWith(end, "UNAUTHENTICATED"), endInWords(end));
  return endInWords(end);
}

const withUnknownKey = (bench: Bench): Promise<CallEnd | undefined> =>
  refusedStream(bench, { credentials: bench.settings.unknownCredentials ?? {} });

async function unknownKey(bench: Bench): Promise<string> {
  needsKeys(bench);
  const end = await bench.once(withUnknownKey);
  demand(endedWith(end, "UNAUTHENTICATED"), endInWords(end));
  return endInWords(end);
}

async function keepsKeySecret(bench: Bench): Promise<string> {
  needsKeys(bench);
  const end = await bench.given(withUnknownKey, "AUTH-002");
  needs(end?.kind === "status", "AUTH-002 failed");
  const sent = Object.values(bench.settings.unknownCredentials ?? {}).map((value) =>
    value.slice(value.lastIndexOf(" ") + 1),
  );
  demand(!sent.some((key) => end.message.includes(key)), "the message repeats the key that was sent");
  return "the key is not in the message";
}

async function fetchWithoutKey(bench: Bench): Promise<string> {
  needsKeys(bench);
  needsNoCertificate(bench);
  const call = await bench.fetchAll({ credentials: {} });
  const end = await call.ended(bench.timing.answerWithinMs);
  needs(!endedWith(end, "UNIMPLEMENTED"), "FetchAllFlags is UNIMPLEMENTED");
  demand(endedWith(end, "UNAUTHENTICATED") && call.messages.length === 0, endInWords(end));
  return endInWords(end);
}

async function refusedKey(bench: Bench): Promise<string> {
  const credentials = bench.settings.refusedCredentials;
  needs(credentials !== undefined, "no --refused-key was given");
  const end = await refusedStream(bench, { credentials });
  demand(endedWith(end, "PERMISSION_DENIED"), endInWords(end));
  return endInWords(end);
}

async function refusesEarly(bench: Bench): Promise<string> {
  needsKeys(bench);
  await baseline(bench);
  const connection = await bench.connect();
  const refused = await bench.sync({ credentials: bench.settings.unknownCredentials ?? {} }, connection);
  await refused.call.message(0, bench.timing.answerWithinMs);
  const good = await bench.sync({}, connection);
  const first = await good.message(0, bench.timing.answerWithinMs);
  demand(typeof first !== "string", `after a refused call on the same connection: ${String(first)}`);
  return "the connection goes on";
}

const CODES = "gRPC, statuscodes.md";

/** Who is let in. */
export const CREDENTIALS: readonly Requirement[] = [
  {
    id: "AUTH-001",
    title: "SyncFlags without credentials is UNAUTHENTICATED",
    level: "must",
    source: `${CODES}; flagd testbed, connection scenarios`,
    phase: "quiet",
    check: withoutKey,
  },
  {
    id: "AUTH-002",
    title: "SyncFlags with an unknown key is UNAUTHENTICATED",
    level: "must",
    source: `${CODES}; providers can be told to give up on that status (fatalStatusCodes)`,
    phase: "quiet",
    check: unknownKey,
  },
  {
    id: "AUTH-003",
    title: "A refusal does not repeat the key",
    level: "must",
    source: "clients log the message of every failed call",
    phase: "quiet",
    check: keepsKeySecret,
  },
  {
    id: "AUTH-004",
    title: "FetchAllFlags without credentials is UNAUTHENTICATED",
    level: "must",
    source: CODES,
    phase: "quiet",
    check: fetchWithoutKey,
  },
  {
    id: "AUTH-005",
    title: "A known key that may not read flags is PERMISSION_DENIED",
    level: "should",
    source: `${CODES}; flagd testbed, forbidden scenario`,
    phase: "quiet",
    check: refusedKey,
  },
  {
    id: "AUTH-006",
    title: "A refused call leaves its connection open for others",
    level: "should",
    source: "gRPC: a connection is shared by calls; behind a proxy by clients",
    phase: "quiet",
    check: refusesEarly,
  },
];

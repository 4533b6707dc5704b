import { messageOf } from "../src/support/errors.ts";
import type { Fault, Injection } from "./fault.ts";
import { over } from "./fault.ts";
import { recoveredAfterMs, type Truth } from "./record/holding.ts";
import { type Violation, violationsOf } from "./record/invariants.ts";
import { readTruth } from "./truth.ts";
import { MAX_DOCUMENT_BYTES, type World } from "./world.ts";

/** How a fault was lived through. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly injected: number;
  readonly survived: boolean;
  /** From the end of the fault (or the last change, if that was later) until everybody held the truth; null: not in time. */
  readonly recoveredMs: number | null;
  readonly allowedMs: number;
  /** Messages that followers got meanwhile. */
  readonly messages: number;
  /** Changes that were made meanwhile. */
  readonly changes: number;
  /** What was wrong, as sentences. */
  readonly findings: readonly string[];
  readonly tookMs: number;
}

const LOOK_EVERY_MS = 25;
/** How long beyond the allowed time is waited to see whether it recovers at all, and for the next fault to begin whole. */
const GRACE_MS = 8_000;

async function inject(fault: Fault, world: World): Promise<Injection> {
  try {
    return await fault.run(world);
  } catch (thrown) {
    return over(0, [`it could not be injected: ${messageOf(thrown)}`]);
  }
}

async function recover(
  world: World,
  truth: Truth,
  fromMs: number,
  limitMs: number,
): Promise<{ readonly ms: number | undefined; readonly missing: readonly string[] }> {
  for (;;) {
    const holdings = await world.followers.holding(truth);
    const ms = recoveredAfterMs(holdings, fromMs);
    if (ms !== undefined) return { ms, missing: [] };
    if (Date.now() > fromMs + limitMs) {
      const missing = holdings.filter(({ sinceMs }) => sinceMs === undefined);
      return { ms, missing: missing.map(({ follower }) => follower) };
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS);
    });
  }
}

/** Starts servers that died of a fault, for the next one; returns what there is to say of it. */
async function raiseTheDead(world: World): Promise<readonly string[]> {
  const dead = world.replicas.filter((replica) => !replica.alive);
  const findings: string[] = [];
  for (const replica of dead) {
    const { code, signal } = await replica.ended();
    findings.push(`server ${replica.options.name} ended by itself with ${code ?? signal}`);
    replica.start();
    await replica.ready();
  }
  return findings;
}

/** The first finding of each rule, with how many followers saw the like. */
function byRule(violations: readonly Violation[]): readonly string[] {
  const groups = new Map<string, Violation[]>();
  for (const one of violations) groups.set(one.rule, [...(groups.get(one.rule) ?? []), one]);
  return [...groups.values()].map(([first, ...others]) => {
    const more = others.length > 0 ? ` (and ${others.length} followers more)` : "";
    return `${first?.rule}: ${first?.follower}: ${first?.detail}${more}`;
  });
}

function without(missing: readonly string[]): readonly string[] {
  if (missing.length === 0) return [];
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
  return [`without the truth: ${missing.slice(0, 3).join(", ")}${more}`];
}

/** Breaks, mends, waits for the truth to be everywhere, and holds what was seen against the rules. */
export async function runFault(fault: Fault, world: World): Promise<Outcome> {
  const { writer, database, places, followers } = world;
  const beganMs = Date.now();
  const changesBefore = writer.changes;
  await writer.resume(fault.writes);
  const injection = await inject(fault, world);
  await writer.pause();
  // Nothing was written by a writer that was not let: without a change there is nothing to recover.
  if (writer.changes === changesBefore) await writer.once();
  const fromMs = Math.max(injection.endedAtMs, writer.lastCommitMs);
  const { hashes } = await readTruth(database.admin, places.keys);
  const recovery = await recover(world, hashes, fromMs, fault.recoverWithinMs + GRACE_MS);
  const recordings = await followers.recordings(beganMs);
  const violations = violationsOf(recordings, { maxDocumentBytes: MAX_DOCUMENT_BYTES });
  const late = recovery.ms === undefined || recovery.ms > fault.recoverWithinMs;
  const findings = [
    ...injection.complaints,
    ...byRule(violations),
    ...without(recovery.missing),
    ...(await raiseTheDead(world)),
    ...(late && recovery.ms !== undefined ? ["recovered too late"] : []),
  ];
  return {
    name: fault.name,
    title: fault.title,
    injected: injection.injected,
    survived: findings.length === 0 && injection.injected > 0,
    recoveredMs: recovery.ms ?? null,
    allowedMs: fault.recoverWithinMs,
    messages: recordings.reduce((sum, { seen }) => sum + seen.length, 0),
    changes: writer.changes - changesBefore,
    findings,
    tookMs: Date.now() - beganMs,
  };
}

import { adviceFor, isConnectionFailure } from "../postgres/connection/connection-failure.ts";
import type { Queryable } from "../postgres/connection/database.ts";
import { readServerInfo, type ServerInfo } from "../postgres/connection/server-info.ts";
import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import { type Finding, found } from "./finding.ts";

/** What the first look at the database gives; without `info` it cannot be asked for anything else. */
export interface FirstLook {
  readonly findings: readonly Finding[];
  readonly info: ServerInfo | undefined;
}

/** The oldest major version that Postgres' makers maintained when this release was made. */
const MAINTAINED = 14;

/** Clocks on hosts that follow NTP are much closer than that. */
const APART_MS = 1_000;

/** @param target host, port and name of the database, without secrets */
export async function checkPostgres(database: Queryable, target: string, clock: Clock): Promise<FirstLook> {
  try {
    // The first query also opens the connection, which would count as a difference of the clocks.
    await readServerInfo(database);
  } catch (thrown) {
    const advice = isConnectionFailure(thrown) ? ` ${adviceFor(thrown)}` : "";
    return {
      info: undefined,
      findings: [found("DATABASE_UNREACHABLE", `${target}: ${messageOf(thrown)}.${advice}`)],
    };
  }
  const askedMs = clock.now();
  const askedAtMs = clock.monotonicMs();
  const info = await readServerInfo(database);
  const tookMs = clock.monotonicMs() - askedAtMs;
  return {
    info,
    findings: [
      found("DATABASE_CONNECTED", `${target} as role ${info.role}`),
      ...(info.standby ? [found("DATABASE_STANDBY", target)] : []),
      found(info.major < MAINTAINED ? "POSTGRES_OLD" : "POSTGRES_VERSION", `Postgres ${info.version}`),
      clockFinding(info.nowMs - (askedMs + tookMs / 2), tookMs),
    ],
  };
}

/** The answer's moment lies somewhere between question and answer: that much nobody can know. */
function clockFinding(differenceMs: number, tookMs: number): Finding {
  const rounded = Math.round(Math.abs(differenceMs));
  const way = differenceMs > 0 ? "ahead of" : "behind";
  const message = `the database's clock is ${rounded} ms ${way} this host's, give or take ${Math.ceil(tookMs / 2)} ms`;
  return found(Math.abs(differenceMs) - tookMs / 2 > APART_MS ? "CLOCK_APART" : "CLOCK_AGREES", message);
}

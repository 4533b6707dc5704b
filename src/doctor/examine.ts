import type { Database } from "../postgres/connection/database.ts";
import { readDirectory } from "../postgres/reading/read-directory.ts";
import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import { checkEnvironments, type EnvironmentChecks } from "./check-environments.ts";
import { checkListening } from "./check-listening.ts";
import { checkPostgres } from "./check-postgres.ts";
import { checkManagement, checkStream, type ServerToAsk } from "./check-server.ts";
import { checkSetUp } from "./check-set-up.ts";
import { checkStateDir } from "./check-state-dir.ts";
import type { ClientTls } from "./client-tls.ts";
import { type Finding, found } from "./finding.ts";

/** All that is to be looked at. */
export interface Patient {
  readonly database: Database;
  /** Host, port and name of the databases, without secrets. */
  readonly target: string;
  readonly listenUrl: string;
  readonly listenTarget: string;
  readonly environments: EnvironmentChecks;
  readonly stateDir: string | undefined;
  /** `undefined`: no server is asked. */
  readonly server: ServerToAsk | undefined;
  /** `host:port` of a management port; `undefined`: it is not asked. */
  readonly management: string | undefined;
  /** `undefined`: the management port is in cleartext. */
  readonly managementTls?: ClientTls | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Is told what is looked at next. */
  readonly onCheck: (what: string) => void;
}

/** A check that fails must not keep the others from being made. */
async function tried(
  { onCheck }: Pick<Patient, "onCheck">,
  what: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  onCheck(what);
  try {
    return await check();
  } catch (thrown) {
    return [found("CHECK_FAILED", `${what}: ${messageOf(thrown)}`)];
  }
}

async function examineDatabase(patient: Patient): Promise<readonly Finding[]> {
  const { database, target, clock, random, listenUrl, listenTarget } = patient;
  const first = await checkPostgres(database, target, clock);
  if (first.info === undefined) return first.findings;
  const listening = await tried(patient, "listening", () =>
    checkListening({ reader: database, listenUrl, target: listenTarget, clock, random }),
  );
  const rest = await tried(patient, "the set-up", async () => {
    const { columns, findings } = await checkSetUp(database);
    const blocked = findings.some(({ code }) => code === "SET_UP_MISSING" || code === "RIGHT_MISSING");
    if (columns === undefined || blocked) return findings;
    const environments = await tried(patient, "the environments", async () =>
      checkEnvironments(await readDirectory(database, columns), patient.environments),
    );
    return [...findings, ...environments];
  });
  return [...first.findings, ...listening, ...rest];
}

/** Makes all checks, one after the other; nothing in the database is changed, and none of them throws. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const { server, management, stateDir } = patient;
  return [
    ...(await tried(patient, "the database", () => examineDatabase(patient))),
    ...(await tried(patient, "STATE_DIR", async () => [await checkStateDir(stateDir)])),
    ...(await tried(patient, "the stream", async () =>
      server === undefined
        ? [found("SERVER_NOT_ASKED", "no --server was given")]
        : [await checkStream(server)],
    )),
    ...(management === undefined ? [] : [await checkManagement(management, patient.managementTls)]),
  ];
}

import { setFlagValue } from "../../../src/demo/change-flag.ts";
import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually, type FollowedStream, follow, startTestServer } from "../harness.ts";

/** What `/readyz` says. */
export interface ReadyAnswer {
  readonly status: number;
  readonly ready: boolean;
  readonly state?: string;
  readonly schemaProblems?: readonly string[];
  readonly stale?: boolean;
}

/** A server on a sample project, with a stream that is followed from the beginning. */
export interface DriftPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  readonly stream: FollowedStream;
  /** Runs statements in one transaction, as a migration would. */
  migrate(sql: string): Promise<void>;
  ready(): Promise<ReadyAnswer>;
  /** Resolves when `/readyz` names exactly these problems, in any order. */
  problems(...wanted: readonly (string | RegExp)[]): Promise<ReadyAnswer>;
  /** The sum of `flagsmith_flagd_schema_problems`. */
  metric(): Promise<number>;
  /** Sets a flag's value and waits until the stream shows it. The usual reconcile would come in an hour. */
  pushes(value: string): Promise<void>;
  /** Messages of the log of a level, from number `from` on. */
  logged(level: string, text: string): readonly string[];
  close(): Promise<void>;
}

const FLAG = { flag: "banner_text", environmentKey: DEMO_KEYS.development };

/** Makes a {@link DriftPlace}; the caller closes it. Reconciles rarely, so that nothing is found by chance. */
export async function openDriftPlace(env: Readonly<Record<string, string>> = {}): Promise<DriftPlace> {
  const test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  const server = await startTestServer(test.url, { RECONCILE_SECONDS: "3600", ...env });
  const stream = follow(server.address, DEMO_KEYS.development);
  await stream.until(() => true);
  const management = `http://127.0.0.1:${server.managementPort}`;
  const ready = async (): Promise<ReadyAnswer> => {
    const answer = await fetch(`${management}/readyz`);
    return { status: answer.status, ...((await answer.json()) as Omit<ReadyAnswer, "status">) };
  };
  return {
    test,
    sample,
    server,
    stream,
    ready,
    migrate: (sql) => test.database.write((transaction) => transaction.execute(sql)),
    problems: (...wanted) =>
      eventually(async () => {
        const answer = await ready();
        const found = answer.schemaProblems ?? [];
        const all = wanted.every((one) =>
          found.some((problem) => (typeof one === "string" ? problem === one : one.test(problem))),
        );
        return all && found.length === wanted.length ? answer : undefined;
      }),
    async metric() {
      const text = await (await fetch(`${management}/metrics`)).text();
      const values = [...text.matchAll(/^flagsmith_flagd_schema_problems\{.*\} (\d+)$/gm)];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async pushes(value) {
      await setFlagValue(test.database, FLAG, value);
      await stream.until(({ flags }) => flags.banner_text?.variants.control === value);
    },
    logged: (level, text) =>
      server.log
        .filter((line) => line.level === level && line.message.includes(text))
        .map((line) => line.message),
    async close() {
      stream.close();
      await server.stop();
      await test.drop();
    },
  };
}

/** Every document that a stream got had at least one flag. */
export function alwaysHadFlags(stream: FollowedStream): boolean {
  return stream.arrivals.every(({ document }) => Object.keys(document.flags).length > 0);
}

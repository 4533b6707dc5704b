import type { RunningServer } from "../../../src/app/start-server.ts";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import type { Database } from "../../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../../support/tcp-proxy.ts";
import { eventually, type FollowedStream, follow, type SeenDocument, startTestServer } from "../harness.ts";

export const FLAG = "maintenance_mode";
export const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";
export const isOff = (document: SeenDocument): boolean => !isOn(document);

/**
 * What came back must be read and sent within a second. That attempts are at most half a second apart is shown by the
 * clock (guarded-database.test.ts, listener.test.ts); here a busy machine may take as long again.
 */
export const RETURN_LIMIT_MS = 2_000;

/** `/readyz` as a machine sees it. */
export interface SeenReadiness {
  readonly status: number;
  readonly ready: boolean;
  readonly stale?: boolean;
  readonly staleSeconds?: number;
  readonly reason?: string;
}

/** A server on the far side of a network that a test breaks. */
export interface Place {
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  readonly proxy: TcpProxy;
  readonly sample: SampleProject;
  /** The same role and database as the server's, but not through the proxy. */
  readonly directUrl: string;
  follow(key?: string): FollowedStream;
  /** Toggles the flag of the development environment behind the server's back, or before its eyes. */
  toggle(): Promise<unknown>;
  /** Lines of the log that match, at level `warn` or above unless said. */
  logged(pattern: RegExp, levels?: string[]): readonly string[];
  /** What was said of the database at level `warn` or above. */
  complaints(): readonly string[];
  /** Resolves when such a line is in the log. */
  untilLogged(pattern: RegExp, levels?: string[]): Promise<string>;
  readiness(): Promise<SeenReadiness>;
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

/** Fills a database with Flagsmith's sample project, enabled. */
export async function prepareDatabase(database: Database): Promise<SampleProject> {
  const sample = await createSampleProject(database);
  await migrateUp(database);
  await chooseForProject(database, sample.projectId, { enabled: true });
  return sample;
}

const LOUD = ["warn", "error"];

/** Starts a server whose connections go through a proxy. `database` is the test's own way to change flags. */
export async function openPlace(options: {
  readonly database: Database;
  readonly sample: SampleProject;
  /** With the role that the server is to have. */
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Place> {
  const { database, sample, url, env } = options;
  const proxy = await startTcpProxy({ target: targetOf(url) });
  const server = await startTestServer(throughProxy(url, proxy), env);
  const open: FollowedStream[] = [];
  const managed = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.managementPort}${path}`);
  const logged = (pattern: RegExp, levels = LOUD): readonly string[] =>
    server.log
      .filter(({ level, message }) => levels.includes(level) && pattern.test(message))
      .map(({ message }) => message);
  return {
    server,
    proxy,
    sample,
    directUrl: url,
    logged,
    complaints: () => logged(/serving what is known|polling instead|could not/),
    follow(key = DEMO_KEYS.development) {
      const stream = follow(server.address, key);
      open.push(stream);
      return stream;
    },
    toggle: () => toggleFlag(database, { flag: FLAG, environmentKey: DEMO_KEYS.development }),
    untilLogged: (pattern, levels) => eventually(() => logged(pattern, levels)[0]),
    async readiness() {
      const answer = await managed("/readyz");
      return { status: answer.status, ...((await answer.json()) as Omit<SeenReadiness, "status">) };
    },
    async metric(name) {
      const text = await (await managed("/metrics")).text();
      const line = text.split("\n").find((each) => each.startsWith(`${name} `));
      if (line === undefined) throw new Error(`no metric ${name}`);
      return Number(line.slice(name.length + 1));
    },
    async close() {
      for (const stream of open) stream.close();
      proxy.thaw();
      proxy.accept();
      await stopWithin(server, 10_000);
      await proxy.close();
    },
  };
}

/** A server must end in any weather. */
async function stopWithin(server: RunningServer, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the server did not stop within ${limitMs} ms`)), limitMs);
  });
  await Promise.race([server.stop(), tooLate]);
  clearTimeout(timer);
}

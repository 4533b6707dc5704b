import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  StatusChange,
  StatusEnvironment,
  StatusFollower,
  StatusReport,
  StatusServer,
} from "../../src/model/status.ts";
import { withArrivals } from "../../src/model/status-arrivals.ts";
import { environmentOrder, followerOrder } from "../../src/model/status-order.ts";
import { systemClock } from "../../src/support/clock.ts";
import { createManagementRoutes } from "../../src/transports/management/routes.ts";
import { createStatusRoutes } from "../../src/transports/management/status/routes.ts";

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const hashOf = (number: number): string => number.toString(16).padStart(64, "a");

/** An environment that all is well with. */
export function environmentOf(
  environmentId: number,
  more: Partial<StatusEnvironment> = {},
): StatusEnvironment {
  return {
    environmentId,
    projectId: 1,
    flagSetId: `shop/environment-${environmentId}`,
    state: "current",
    detail: null,
    revision: hashOf(environmentId),
    version: ago(3_600_000),
    publishedAt: ago(3_600_000),
    bytes: 23_700,
    flags: 21,
    followers: 0,
    followersCurrent: 0,
    warningCount: 0,
    warnings: [],
    ...more,
  };
}

/** A follower that has the newest revision of an environment. */
export function followerOf(
  id: number,
  environmentId = 1,
  more: Partial<StatusFollower> = {},
): StatusFollower {
  return {
    id: String(id),
    environmentId,
    flagSetId: `shop/environment-${environmentId}`,
    peer: `10.0.${id >> 8}.${id & 255}`,
    userAgent: "grpc-go/1.80.0",
    providerId: `pod-${id}`,
    keyLastFour: "-key",
    transport: "grpc",
    since: ago(7_200_000),
    revision: hashOf(environmentId),
    writtenAt: ago(60_000),
    pending: false,
    current: true,
    behindSince: null,
    revisionsBehind: 0,
    ...more,
  };
}

/** A toggle of one flag. */
export function changeOf(id: number, environmentId = 1, more: Partial<StatusChange> = {}): StatusChange {
  return {
    id: String(id),
    at: ago(60_000 + 1_000 * id),
    environmentId,
    flagSetId: `shop/environment-${environmentId}`,
    from: hashOf(0),
    to: hashOf(environmentId),
    bytes: 23_700,
    causes: ["change"],
    propagationMs: 20 + id,
    latenessMs: null,
    followers: 1,
    arrived: null,
    diff: "ready",
    flags: [{ flag: "kill_switch", change: "changed", members: ["state"], before: "off", after: "true" }],
    flagCount: 1,
    ...more,
  };
}

/** What a report is made of; the counts follow. */
export interface Given {
  readonly server?: Partial<StatusServer>;
  readonly environments?: readonly StatusEnvironment[];
  readonly followers?: readonly StatusFollower[];
  readonly changes?: readonly StatusChange[];
  readonly schedule?: StatusReport["schedule"];
}

function reportOf({
  server,
  environments = [],
  followers = [],
  changes = [],
  schedule = [],
}: Given): StatusReport {
  const current = followers.filter((follower) => follower.current).length;
  const counted = environments
    .map((environment) => {
      const own = followers.filter(({ environmentId }) => environmentId === environment.environmentId);
      const followersCurrent = own.filter((follower) => follower.current).length;
      return { ...environment, followers: own.length, followersCurrent };
    })
    .sort(environmentOrder);
  const base = { version: "test", startedAt: ago(7_200_000), processes: 1, ready: true };
  return {
    generatedAt: ago(0),
    databaseTime: ago(0),
    server: { ...base, waitingFor: [], stale: null, ...server },
    totals: {
      environments: environments.length,
      followers: followers.length,
      current,
      behind: followers.length - current,
      changes: changes.length,
      scheduled: schedule.length,
    },
    environments: counted,
    followers: [...followers].sort(followerOrder),
    changes: withArrivals(changes, counted),
    schedule,
  };
}

/** A management port that tells what it is given. */
export interface GivenStatus {
  readonly url: string;
  give(given: Given): void;
  /** Ends every connection and answers nobody, until it is back. */
  vanish(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Serves the real routes on what the test says, for what no set-up of a test's size brings about. */
export async function openGivenStatus(first: Given = {}): Promise<GivenStatus> {
  let report = reportOf(first);
  let listener = (): void => undefined;
  const log = { warn: () => undefined };
  const source = {
    report: () => report,
    onChange(given: () => void) {
      listener = given;
      return () => undefined;
    },
  };
  const handler = createManagementRoutes({
    readiness: () => ({ ready: true, waitingFor: [] }),
    metrics: { contentType: "text/plain", render: () => Promise.resolve("up 1\n") },
    status: createStatusRoutes({ source, host: "127.0.0.1", token: undefined, clock: systemClock, log }),
    log,
  });
  let port = 0;
  let server: Server;
  const listen = async (): Promise<void> => {
    server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  };
  const end = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    give(given) {
      report = reportOf(given);
      listener();
    },
    vanish: end,
    comeBack: listen,
    close: end,
  };
}

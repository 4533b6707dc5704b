import { expect, it } from "vitest";
import type {
  StatusChange,
  StatusEnvironment,
  StatusFollower,
  StatusReport,
} from "../../../../src/model/status.ts";
import { mergeStatus } from "../../../../src/transports/management/status/merge-status.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const environment: StatusEnvironment = {
  environmentId: 1,
  projectId: 1,
  flagSetId: "p/e",
  state: "current",
  detail: null,
  revision: "b",
  version: at(0),
  publishedAt: at(0),
  bytes: 1,
  flags: 1,
  followers: 1,
  followersCurrent: 1,
  warningCount: 0,
  warnings: [],
};

const follower: StatusFollower = {
  id: "1",
  environmentId: 1,
  flagSetId: "p/e",
  peer: "10.0.0.1",
  userAgent: null,
  providerId: null,
  keyLastFour: "wxyz",
  transport: "grpc",
  since: at(0),
  revision: "b",
  writtenAt: at(0),
  pending: false,
  current: true,
  behindSince: null,
  revisionsBehind: 0,
};

const change: StatusChange = {
  id: "1",
  at: at(11),
  environmentId: 1,
  flagSetId: "p/e",
  from: "a",
  to: "b",
  bytes: 1,
  causes: ["change"],
  propagationMs: 10,
  latenessMs: null,
  followers: 1,
  arrived: null,
  diff: "pending",
  flags: [],
  flagCount: 0,
};

const report: StatusReport = {
  generatedAt: at(20),
  databaseTime: at(20),
  server: { version: "1", startedAt: at(1), processes: 1, ready: true, waitingFor: [], stale: null },
  totals: { environments: 1, followers: 1, current: 1, behind: 0, changes: 1, scheduled: 1 },
  environments: [environment],
  followers: [follower],
  changes: [change],
  schedule: [{ environmentId: 1, flagSetId: "p/e", dueAt: at(40) }],
};

it("adds up who follows, shows the worse state, and each change and moment once", () => {
  const stale = { since: at(5), reason: "away" };
  const other: StatusReport = {
    ...report,
    server: { ...report.server, startedAt: at(0), stale },
    totals: { ...report.totals, current: 0, behind: 1 },
    environments: [{ ...environment, state: "stale", detail: "away", followers: 5, followersCurrent: 3 }],
    followers: [{ ...follower, current: false, behindSince: at(11) }],
    changes: [
      { ...change, at: at(18), from: "b", to: "a" },
      { ...change, at: at(11), diff: "ready", flagCount: 2, propagationMs: 30, followers: 2 },
    ],
  };
  const parts = [
    { worker: "1", report },
    { worker: "2", report: other },
  ];
  const merged = mergeStatus(parts, { ready: true, waitingFor: [], nowMs: Date.parse(at(30)) });
  expect(merged.server).toEqual({
    version: "1",
    startedAt: at(0),
    processes: 2,
    ready: true,
    waitingFor: [],
    stale,
  });
  expect(merged.totals).toEqual({
    environments: 1,
    followers: 2,
    current: 1,
    behind: 1,
    changes: 2,
    scheduled: 1,
  });
  expect(merged.environments).toEqual([
    { ...environment, state: "stale", detail: "away", followers: 6, followersCurrent: 4 },
  ]);
  expect(merged.followers.map(({ id, current }) => [id, current])).toEqual([
    ["2/1", false],
    ["1/1", true],
  ]);
  expect(
    merged.changes.map(({ to, diff, followers, propagationMs }) => [to, diff, followers, propagationMs]),
  ).toEqual([
    ["a", "pending", 1, 10],
    ["b", "ready", 3, 30],
  ]);
  const alone = { worker: "2", report: { ...other, changes: [change] } };
  const arrived = mergeStatus([{ worker: "1", report }, alone], { ready: true, waitingFor: [], nowMs: 0 });
  expect(arrived.changes.map((each) => each.arrived)).toEqual([{ have: 4, of: 6 }]);
  expect(merged.schedule).toEqual(report.schedule);
});

it("is empty while no worker answers", () => {
  const merged = mergeStatus([], { ready: false, waitingFor: ["worker 1"], nowMs: 0 });
  expect(merged).toMatchObject({ environments: [], server: { ready: false, processes: 0 } });
});

it("knows a change that two processes show a moment apart for one, whenever that is, and a repeated one for two", () => {
  const of = (worker: string, changes: readonly StatusChange[]) => ({
    worker,
    report: { ...report, changes },
  });
  const moments = ["00:00:02.499Z", "00:00:02.501Z", "00:00:03.100Z", "00:00:03.101Z"];
  const [first = "", second = "", third = "", fourth = ""] = moments.map((time) => `2026-01-01T${time}`);
  const parts = [
    of("1", [
      { ...change, id: "2", at: third },
      { ...change, at: first },
    ]),
    of("2", [
      { ...change, id: "2", at: fourth },
      { ...change, at: second },
    ]),
  ];
  const merged = mergeStatus(parts, { ready: true, waitingFor: [], nowMs: 0 });
  expect(merged.changes.map(({ at, followers }) => [at, followers])).toEqual([
    [third, 2],
    [first, 2],
  ]);
});

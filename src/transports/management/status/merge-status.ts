import type { StatusChange, StatusEnvironment, StatusReport, StatusServer } from "../../../model/status.ts";
import { withArrivals } from "../../../model/status-arrivals.ts";
import { environmentOrder, followerOrder } from "../../../model/status-order.ts";
import { byText } from "../../../model/text-order.ts";

/** What one of several processes tells of itself. */
export interface StatusOfOne {
  readonly worker: string;
  readonly report: StatusReport;
}

/** The first entry of each key, put together with every other of that key. */
function mergedBy<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string | number,
  merge: (left: Entry, right: Entry) => Entry,
): Entry[] {
  const merged = new Map<string | number, Entry>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = merged.get(key);
    merged.set(key, known === undefined ? entry : merge(known, entry));
  }
  return [...merged.values()];
}

/** What the process tells that needs more attention, with the followers of both. */
function mergeEnvironments(left: StatusEnvironment, right: StatusEnvironment): StatusEnvironment {
  const [shown] = [left, right].sort(environmentOrder);
  return {
    ...(shown ?? left),
    followers: left.followers + right.followers,
    followersCurrent: left.followersCurrent + right.followersCurrent,
  };
}

/** All processes show the same change; it has arrived when the last of them shows it. */
function mergeChanges(left: StatusChange, right: StatusChange): StatusChange {
  const [first, last] = left.at <= right.at ? [left, right] : [right, left];
  const compared = [left, right].find(({ diff }) => diff === "ready") ?? left;
  const slowest = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? (one ?? other) : Math.max(one, other);
  return {
    ...compared,
    id: first.id,
    at: first.at,
    causes: [...new Set([...first.causes, ...last.causes])].sort(),
    propagationMs: slowest(left.propagationMs, right.propagationMs),
    latenessMs: slowest(left.latenessMs, right.latenessMs),
    followers: left.followers + right.followers,
  };
}

/** The same change in several processes comes within a moment; the same pair of revisions later is another one. */
const SAME_CHANGE_MS = 5_000;

interface MergedChange {
  change: StatusChange;
  readonly firstAtMs: number;
  /** Who has told it: a process that tells the same pair of revisions again means another change. */
  readonly workers: Set<string>;
}

/** Each change once, newest first. */
function changesOf(parts: readonly StatusOfOne[]): StatusChange[] {
  const told = parts
    .flatMap(({ worker, report }) =>
      report.changes.map((change) => ({ worker, change: { ...change, id: `${worker}/${change.id}` } })),
    )
    .sort((left, right) => byText(left.change.at, right.change.at));
  const merged = new Map<string, MergedChange[]>();
  for (const { worker, change } of told) {
    const key = `${change.environmentId} ${change.from} ${change.to}`;
    const atMs = Date.parse(change.at);
    const same = merged.get(key) ?? [];
    merged.set(key, same);
    const known = same.find(
      ({ firstAtMs, workers }) => atMs - firstAtMs < SAME_CHANGE_MS && !workers.has(worker),
    );
    if (known === undefined) same.push({ change, firstAtMs: atMs, workers: new Set([worker]) });
    else {
      known.change = mergeChanges(known.change, change);
      known.workers.add(worker);
    }
  }
  return [...merged.values()]
    .flat()
    .map(({ change }) => change)
    .sort((left, right) => byText(right.at, left.at));
}

function mergeServers(reports: readonly StatusReport[]): Omit<StatusServer, "ready" | "waitingFor"> {
  const servers = reports.map(({ server }) => server);
  const [stale = null] = servers
    .flatMap((server) => server.stale ?? [])
    .sort((left, right) => byText(left.since, right.since));
  const startedAt = servers.map((server) => server.startedAt).sort()[0] ?? new Date(0).toISOString();
  return { version: servers[0]?.version ?? "", startedAt, processes: servers.length, stale };
}

/** Puts together what several processes tell that serve the same environments to different followers. */
export function mergeStatus(
  parts: readonly StatusOfOne[],
  process: Pick<StatusServer, "ready" | "waitingFor"> & { readonly nowMs: number },
): StatusReport {
  const { ready, waitingFor, nowMs } = process;
  const reports = parts.map(({ report }) => report);
  const followers = parts.flatMap(({ worker, report }) =>
    report.followers.map((follower) => ({ ...follower, id: `${worker}/${follower.id}` })),
  );
  const schedule = mergedBy(
    reports.flatMap((report) => report.schedule),
    ({ environmentId }) => environmentId,
    (left, right) => (left.dueAt <= right.dueAt ? left : right),
  ).sort((left, right) => byText(left.dueAt, right.dueAt));
  const environments = mergedBy(
    reports.flatMap((report) => report.environments),
    ({ environmentId }) => environmentId,
    mergeEnvironments,
  ).sort(environmentOrder);
  const changes = withArrivals(changesOf(parts), environments);
  const sum = (name: "followers" | "current" | "behind"): number =>
    reports.reduce((total, { totals }) => total + totals[name], 0);
  return {
    generatedAt: new Date(nowMs).toISOString(),
    databaseTime: reports[0]?.databaseTime ?? new Date(nowMs).toISOString(),
    server: { ...mergeServers(reports), ready, waitingFor },
    totals: {
      environments: Math.max(0, ...reports.map(({ totals }) => totals.environments)),
      followers: sum("followers"),
      current: sum("current"),
      behind: sum("behind"),
      changes: changes.length,
      scheduled: Math.max(0, ...reports.map(({ totals }) => totals.scheduled)),
    },
    environments,
    followers: followers.sort(followerOrder),
    changes,
    schedule,
  };
}

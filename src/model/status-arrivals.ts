import type { StatusChange, StatusEnvironment } from "./status.ts";

/** Says of each change that is the newest of its environment how many of its followers have it. */
export function withArrivals(
  changes: readonly StatusChange[],
  environments: readonly StatusEnvironment[],
): readonly StatusChange[] {
  const byId = new Map(environments.map((environment) => [environment.environmentId, environment]));
  const told = new Set<number>();
  return changes.map((change) => {
    const environment = byId.get(change.environmentId);
    const isNewest = environment?.revision === change.to && !told.has(change.environmentId);
    told.add(change.environmentId);
    if (environment === undefined || !isNewest) return { ...change, arrived: null };
    return { ...change, arrived: { have: environment.followersCurrent, of: environment.followers } };
  });
}

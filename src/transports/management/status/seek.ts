import type { StatusReport } from "../../../model/status.ts";

/** What entries are wanted. */
export interface Sought {
  /** `0`: of any environment. */
  readonly environmentId: number;
  /** Only who has not taken the newest revision, and environments that somebody such follows. */
  readonly behind: boolean;
  /** A part of a name, in either case; empty: any. */
  readonly search: string;
}

/** The lists of a report with the entries that are sought, in their order. */
export function seekIn(
  report: StatusReport,
  { environmentId, behind, search }: Sought,
): Pick<StatusReport, "environments" | "followers" | "changes" | "schedule"> {
  const part = search.toLowerCase();
  const hasPart = (texts: readonly (string | null)[]): boolean =>
    part === "" || texts.some((text) => text?.toLowerCase().includes(part) ?? false);
  const isOf = (entry: { readonly environmentId: number }): boolean =>
    environmentId === 0 || entry.environmentId === environmentId;
  return {
    environments: report.environments.filter(
      (each) =>
        isOf(each) &&
        !(behind && each.followersCurrent === each.followers) &&
        hasPart([each.flagSetId, each.state, each.revision]),
    ),
    followers: report.followers.filter(
      (each) =>
        isOf(each) &&
        !(behind && each.current) &&
        hasPart([
          each.flagSetId,
          each.peer,
          each.userAgent,
          each.providerId,
          each.keyLastFour,
          each.revision,
        ]),
    ),
    changes: report.changes.filter(
      (each) => isOf(each) && hasPart([each.flagSetId, ...each.flags.map(({ flag }) => flag)]),
    ),
    schedule: report.schedule.filter((each) => isOf(each) && hasPart([each.flagSetId])),
  };
}

import { ENVIRONMENT_STATES, type StatusEnvironment, type StatusFollower } from "./status.ts";
import { byText } from "./text-order.ts";

/** Those that need attention first, among equal ones those that somebody follows without the newest revision, then by name. */
export function environmentOrder(left: StatusEnvironment, right: StatusEnvironment): number {
  const rank = ({ state, followers, followersCurrent }: StatusEnvironment): number =>
    2 * ENVIRONMENT_STATES.indexOf(state) + Number(followers === followersCurrent);
  return (
    rank(left) - rank(right) ||
    byText(left.flagSetId, right.flagSetId) ||
    left.environmentId - right.environmentId
  );
}

/** Those that are behind first, the longest of them first of all; then by flag set and age. */
export function followerOrder(left: StatusFollower, right: StatusFollower): number {
  return (
    Number(left.current) - Number(right.current) ||
    byText(left.behindSince ?? "", right.behindSince ?? "") ||
    byText(left.flagSetId, right.flagSetId) ||
    byText(left.since, right.since)
  );
}

import { MOST_LISTED, type StatusReport } from "../../../model/status.ts";
import { type Answer, json, problem } from "../exchange.ts";

/** The lists of a report that have an address of their own. */
const LISTS = ["environments", "followers", "changes", "schedule"] as const;
type ListName = (typeof LISTS)[number];

/** Entries of a list in one answer, if the query asks for as many. */
const MOST_ASKED = 1_000;

/** The report with so many entries in each list at most. */
export function bounded(report: StatusReport, most: number = MOST_LISTED): StatusReport {
  return {
    ...report,
    environments: report.environments.slice(0, most),
    followers: report.followers.slice(0, most),
    changes: report.changes.slice(0, most),
    schedule: report.schedule.slice(0, most),
  };
}

/** Whole numbers only; `undefined`: the query is malformed. */
function numberIn(query: URLSearchParams, name: string, preset: number): number | undefined {
  const text = query.get(name);
  if (text === null) return preset;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function isListName(name: string): name is ListName {
  return LISTS.some((each) => each === name);
}

/** Answers `/api/status` (the name is empty then) and `/api/status/<list>`; `undefined`: there is no such list. */
export function viewOf(name: string, report: StatusReport, query: URLSearchParams): Answer | undefined {
  if (name !== "" && !isListName(name)) return undefined;
  const offset = numberIn(query, "offset", 0);
  const limit = numberIn(query, "limit", MOST_LISTED);
  const environmentId = numberIn(query, "environmentId", 0);
  if (offset === undefined || environmentId === undefined || !limit || limit > MOST_ASKED) {
    return problem({
      status: 400,
      reason: "malformed_query",
      title: "The query is malformed",
      detail: `offset and environmentId are whole numbers, limit is one from 1 to ${MOST_ASKED}`,
    });
  }
  if (name === "") return json(200, bounded(report, limit));
  const items = [...report[name]].filter(
    (item) => environmentId === 0 || item.environmentId === environmentId,
  );
  const { generatedAt, databaseTime } = report;
  return json(200, {
    generatedAt,
    databaseTime,
    total: items.length,
    items: items.slice(offset, offset + limit),
  });
}

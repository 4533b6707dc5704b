import { MOST_LISTED, type StatusEnvironment, type StatusReport } from "../../../model/status.ts";
import { type Answer, json, problem } from "../exchange.ts";
import { seekIn } from "./seek.ts";

/** The lists of a report that have an address of their own. */
export const LISTS = ["environments", "followers", "changes", "schedule"] as const;
type ListName = (typeof LISTS)[number];

/** Entries of a list in one answer, if the query asks for as many. */
const MOST_ASKED = 10_000;

/** Characters of a text that is sought. */
const MOST_SOUGHT = 200;

/** Warnings with their words in one event, over all environments; a page is sent one up to four times in a second. */
const MOST_WARNINGS_TOLD = 100;

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

/** What an event tells: bounded, and with the words of the first warnings only; their counts stay. */
export function toldInEvent(report: StatusReport): StatusReport {
  let left = MOST_WARNINGS_TOLD;
  const withFirstWarnings = (environment: StatusEnvironment): StatusEnvironment => {
    const warnings = environment.warnings.slice(0, left);
    left -= warnings.length;
    return { ...environment, warnings };
  };
  const told = bounded(report);
  return { ...told, environments: told.environments.map(withFirstWarnings) };
}

/** Whole numbers only; `undefined`: the query is malformed. */
function numberIn(query: URLSearchParams, name: string, preset: number): number | undefined {
  const text = query.get(name);
  if (text === null) return preset;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** `undefined`: the query is malformed. */
function booleanIn(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null || text === "false") return false;
  return text === "true" ? true : undefined;
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
  const behind = booleanIn(query, "behind");
  const search = query.get("search") ?? "";
  const isSound = !!limit && limit <= MOST_ASKED && search.length <= MOST_SOUGHT;
  if (offset === undefined || environmentId === undefined || behind === undefined || !isSound) {
    return problem({
      status: 400,
      reason: "malformed_query",
      title: "The query is malformed",
      detail: `offset and environmentId are whole numbers, limit is one from 1 to ${MOST_ASKED}, behind is true or false, search is a text of ${MOST_SOUGHT} characters at most`,
    });
  }
  if (name === "") return json(200, bounded(report, limit));
  const items = seekIn(report, { environmentId, behind, search })[name];
  const { generatedAt, databaseTime } = report;
  return json(200, {
    generatedAt,
    databaseTime,
    total: items.length,
    items: items.slice(offset, offset + limit),
  });
}

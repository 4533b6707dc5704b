import type { DirectoryEntry } from "../model/access.ts";
import type { TranslationWarning } from "../model/warning.ts";
import type { Directory } from "../postgres/reading/read-directory.ts";
import { messageOf } from "../support/errors.ts";
import { type Finding, found } from "./finding.ts";

/** What became of an environment's document. */
export interface BuiltDocument {
  /** Bytes of the message that clients get. */
  readonly bytes: number;
  readonly flags: number;
  readonly warnings: readonly TranslationWarning[];
}

/** How documents are looked at. */
export interface EnvironmentChecks {
  readonly maxDocumentBytes: number;
  /** Builds the document as a server would; `undefined`: the environment is gone. */
  readonly build: (entry: DirectoryEntry, directory: Directory) => Promise<BuiltDocument | undefined>;
}

const LARGE_SHARE = 0.75;
const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;

/** Which environments are served, who can come in, and what they get; one document at a time. */
export async function checkEnvironments(
  directory: Directory,
  checks: EnvironmentChecks,
): Promise<readonly Finding[]> {
  const { entries, readAtMs } = directory;
  const served = entries.filter(({ obstacle }) => obstacle === null);
  const findings: Finding[] = [
    ...servedFindings(served, entries.length),
    ...entries.flatMap(({ obstacle, flagSetId }) =>
      obstacle === "organisation_stopped"
        ? [found("ORGANISATION_STOPPED", flagSetId)]
        : obstacle === "edge_project"
          ? [found("EDGE_PROJECT", flagSetId)]
          : [],
    ),
  ];
  for (const entry of served) {
    if (entry.creating) findings.push(found("ENVIRONMENT_CLONING", entry.flagSetId));
    findings.push(keyFinding(entry, readAtMs), ...(await documentFindings(entry, directory, checks)));
  }
  return findings;
}

function servedFindings(served: readonly DirectoryEntry[], all: number): Finding[] {
  if (served.length === 0) return [found("NOTHING_ENABLED", `none of ${all} environments is served`)];
  const projects = new Set(served.map(({ projectId }) => projectId)).size;
  return [found("PROJECT_ENABLED", `${served.length} environments of ${projects} projects`)];
}

/** Names keys by their last four characters, as logs do. */
function keyFinding({ flagSetId, keys }: DirectoryEntry, nowMs: number): Finding {
  const valid = keys.filter(({ active, expiresAtMs }) => active && (expiresAtMs ?? Infinity) > nowMs);
  if (valid.length === 0) {
    return found("KEY_NONE", `${flagSetId}: ${keys.length} keys, none of them active and unexpired`);
  }
  const lastMs = Math.max(...valid.map(({ expiresAtMs }) => expiresAtMs ?? Infinity));
  const names = valid.map(({ lastFour }) => lastFour).join(", ");
  if (lastMs - nowMs < SOON_MS) {
    return found("KEY_EXPIRES", `${flagSetId}: ${names}, on ${new Date(lastMs).toISOString()}`);
  }
  return found("KEY_VALID", `${flagSetId}: ${names}`);
}

async function documentFindings(
  entry: DirectoryEntry,
  directory: Directory,
  { build, maxDocumentBytes }: EnvironmentChecks,
): Promise<readonly Finding[]> {
  const { flagSetId } = entry;
  let built: BuiltDocument | undefined;
  try {
    built = await build(entry, directory);
  } catch (thrown) {
    return [found("DOCUMENT_FAILED", `${flagSetId}: ${messageOf(thrown)}`)];
  }
  if (built === undefined) return [];
  const { bytes, flags, warnings } = built;
  const large = warnings.find(({ reason }) => reason === "document_too_large")?.detail;
  const size = large ?? `${flags} flags, ${bytes} bytes, clients take ${maxDocumentBytes}`;
  const code =
    bytes > maxDocumentBytes
      ? "DOCUMENT_TOO_LARGE"
      : bytes > LARGE_SHARE * maxDocumentBytes
        ? "DOCUMENT_LARGE"
        : "DOCUMENT_FITS";
  const counts = countByReason(warnings.filter(({ reason }) => reason !== "document_too_large"));
  return [
    found(code, `${flagSetId}: ${size}`),
    ...(counts.length > 0 ? [found("DOCUMENT_WARNED", `${flagSetId}: ${counts.join(", ")}`)] : []),
  ];
}

function countByReason(warnings: readonly TranslationWarning[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { reason } of warnings) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort().map(([reason, count]) => `${count} ${reason}`);
}

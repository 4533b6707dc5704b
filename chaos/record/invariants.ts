import type { Recording, Seen } from "./recording.ts";

/** Something that a follower saw and must never see. */
export interface Violation {
  readonly rule: Rule;
  readonly follower: string;
  readonly detail: string;
}

/** What holds whatever breaks. */
export type Rule =
  | "older after newer"
  | "one version, two contents"
  | "sent again"
  | "no flags"
  | "flags vanished"
  | "half a change"
  | "too large"
  | "ended with OK"
  | "good key refused"
  | "server failed";

/** Limits that the rules need. */
export interface InvariantLimits {
  /** What the servers were told about the largest document. */
  readonly maxDocumentBytes: number;
}

const GRPC_OK = 0;
/** NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: the follower would give up, or lose its flags. */
const GRPC_REFUSALS: ReadonlySet<number> = new Set([5, 7, 12, 16]);
const HTTP_REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);
const HTTP_INTERNAL = 500;

type Report = (rule: Rule, detail: string) => void;

function checkMessage(seen: Seen, limits: InvariantLimits, report: Report): void {
  if (seen.flags === 0) report("no flags", `revision of ${seen.version}`);
  else if (seen.missing.length > 0) report("flags vanished", seen.missing.join(", "));
  if (seen.bytes > limits.maxDocumentBytes) report("too large", `${seen.bytes} bytes`);
  for (const what of seen.forbidden) report("half a change", `${what}, in revision ${seen.version}`);
}

function checkPair(before: Seen, after: Seen, kind: Recording["kind"], report: Report): void {
  if (after.version < before.version) report("older after newer", `${before.version}, then ${after.version}`);
  if (before.counter !== null && after.counter !== null && after.counter < before.counter) {
    report("older after newer", `the counter fell from ${before.counter} to ${after.counter}`);
  }
  if (after.version === before.version && after.hash !== before.hash) {
    report("one version, two contents", after.version);
  }
  if (kind === "stream" && after.version === before.version && after.hash === before.hash) {
    report("sent again", after.version);
  }
}

function checkEnd({ kind, end }: Recording, report: Report): void {
  if (end === undefined) return;
  if (kind === "stream") {
    if (end.code === GRPC_OK) report("ended with OK", end.details);
    if (GRPC_REFUSALS.has(end.code)) report("good key refused", `status ${end.code}: ${end.details}`);
    return;
  }
  if (HTTP_REFUSALS.has(end.code)) report("good key refused", `status ${end.code}`);
  if (end.code === HTTP_INTERNAL) report("server failed", `status ${end.code}`);
}

/** Holds recordings against every rule; each kind of finding of a follower is told once. */
export function violationsOf(
  recordings: readonly Recording[],
  limits: InvariantLimits,
): readonly Violation[] {
  const found = new Map<string, Violation>();
  for (const recording of recordings) {
    const { follower, kind, seen } = recording;
    const report: Report = (rule, detail) => {
      const key = `${follower} ${rule}`;
      if (!found.has(key)) found.set(key, { rule, follower, detail });
    };
    for (const [index, one] of seen.entries()) {
      checkMessage(one, limits, report);
      const before = seen[index - 1];
      if (before !== undefined) checkPair(before, one, kind, report);
    }
    checkEnd(recording, report);
  }
  return [...found.values()];
}

import { FINDINGS, type FindingCode, type FindingKind, type Severity } from "./catalogue.ts";

/** One thing that a check found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What was seen, in this set-up; no key and no password. */
  readonly message: string;
  readonly meaning: string;
  /** `null`: nothing to do. */
  readonly advice: string | null;
}

/** Makes a finding of what was seen. */
export function found(code: FindingCode, message: string): Finding {
  const kind: FindingKind = FINDINGS[code];
  return { code, severity: kind.severity, message, meaning: kind.meaning, advice: kind.advice ?? null };
}

/** Whether the set-up can be trusted: nothing was found that keeps flags from arriving. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== "error");
}

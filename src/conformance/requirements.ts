import { CALLS } from "./checks/calls.ts";
import { CHANGES } from "./checks/changes.ts";
import { CONNECTIONS } from "./checks/connections.ts";
import { CREDENTIALS } from "./checks/credentials.ts";
import { DOCUMENTS } from "./checks/documents.ts";
import { ENDING } from "./checks/ending.ts";
import { HTTP_POLLING } from "./checks/http-polling.ts";
import { HTTP_SELECTION } from "./checks/http-selection.ts";
import { METADATA } from "./checks/metadata.ts";
import { SELECTORS } from "./checks/selectors.ts";
import { SERVICES } from "./checks/services.ts";
import { STREAMS } from "./checks/streams.ts";
import { LEVELS, type Level, type Profile } from "./levels.ts";
import type { Requirement } from "./requirement.ts";

/** Every requirement, in the order of the report. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...STREAMS,
  ...DOCUMENTS,
  ...CHANGES,
  ...SELECTORS,
  ...METADATA,
  ...CREDENTIALS,
  ...CALLS,
  ...CONNECTIONS,
  ...SERVICES,
  ...HTTP_POLLING,
  ...HTTP_SELECTION,
  ...ENDING,
];

/** Which requirements to check. */
export interface Choice {
  readonly profile: Profile;
  /** This level and those above it. */
  readonly level: Level;
  /** Ids, or beginnings of ids; empty: all. */
  readonly only: readonly string[];
}

/** The requirements that a choice asks for. */
export function chosen({ profile, level, only }: Choice): readonly Requirement[] {
  const levels = LEVELS.slice(0, LEVELS.indexOf(level) + 1);
  return REQUIREMENTS.filter(
    (requirement) =>
      levels.includes(requirement.level) &&
      (requirement.only === undefined || requirement.only.some((name) => name === profile)) &&
      (only.length === 0 || only.some((start) => belongs(requirement.id, start))),
  );
}

/** Beginnings that no id has. */
export function unknownBeginnings(only: readonly string[]): readonly string[] {
  return only.filter((start) => !REQUIREMENTS.some(({ id }) => belongs(id, start)));
}

function belongs(id: string, start: string): boolean {
  return id === start || id.startsWith(start.endsWith("-") ? start : `${start}-`);
}

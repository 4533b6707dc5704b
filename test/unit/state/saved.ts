import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DirectoryEntry } from "../../../src/model/access.ts";
import type { Revision } from "../../../src/model/revision.ts";
import { keepDocument } from "../../../src/publish/kept-document.ts";
import type { SavedDirectory, StateOrigin } from "../../../src/state/saved-state.ts";
import { type RefusedFile, StateDirectory } from "../../../src/state/state-directory.ts";
import { sha256Hex } from "../../../src/support/secrets.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** Where the tests' states come from. */
export const ORIGIN: StateOrigin = { target: "db:5432/flagsmith", installation: "first" };

/** A folder of one's own, below which the state directory is made. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "state-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A prepared state directory, and what it refused. */
export async function openState(
  path: string,
  clock = new ManualClock(),
): Promise<{ readonly state: StateDirectory; readonly refused: RefusedFile[] }> {
  const refused: RefusedFile[] = [];
  const state = new StateDirectory({ path, clock, onRefused: (file) => void refused.push(file) });
  await state.prepare();
  return { state, refused };
}

/** A served environment with two keys, one of which expires. */
export function entryOf(environmentId: number, changed: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return {
    environmentId,
    projectId: 1,
    organisationId: 1,
    flagSetId: `shop/env-${environmentId}`,
    clientKeyHash: `client-${environmentId}`,
    keys: [
      { keyHash: `a-${environmentId}`, lastFour: "…disk", active: true, expiresAtMs: 2_000 },
      { keyHash: `b-${environmentId}`, lastFour: "…disk", active: false, expiresAtMs: null },
    ],
    obstacle: null,
    creating: false,
    ...changed,
  };
}

/** A directory of these environments. */
export function directoryOf(entries: readonly DirectoryEntry[], readAtMs = 1_000): SavedDirectory {
  return {
    entries,
    masterKeys: [
      {
        prefix: "AbCdEfGh",
        hashedKey: "pbkdf2_sha256$1000$salt$AAAA",
        organisationId: 1,
        organisationStopped: false,
        isAdmin: true,
        expiresAtMs: 2_000,
      },
    ],
    readAtMs,
    installation: ORIGIN.installation,
    settingsByProject: new Map([[1, { semantics: "value", identityOverrideLimit: 7 }]]),
  };
}

/** A revision with one flag and one warning. */
export function revisionOf(environmentId: number, flag: string, versionMs = 1_000): Revision {
  const version = new Date(versionMs).toISOString();
  const flagSetId = `shop/env-${environmentId}`;
  const start = `{"flags":{"${flag}":{"value":"ü"}},"metadata":{"flagSetId":"${flagSetId}"`;
  const document = keepDocument(start, `,"version":"${version}"}}`);
  return {
    environmentId,
    projectId: 1,
    flagSetId,
    hash: sha256Hex(`${start}}}`),
    version,
    versionMs,
    document,
    bytes: document.bytes(),
    findings: {
      translatorVersion: "9",
      warnings: [{ reason: "type_mismatch", detail: "odd", feature: flag }],
      warnedFeatures: [flag],
    },
  };
}

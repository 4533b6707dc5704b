import { z } from "zod";
import type { DirectoryEntry } from "../model/access.ts";
import { type TranslationWarning, WARNING_REASONS } from "../model/warning.ts";
import { sha256Hex } from "../support/secrets.ts";
import type { SavedDirectory, SavedDocument, SavedRevision, StateOrigin } from "./saved-state.ts";
import type { StateFileContent } from "./state-file.ts";

const origin = z.object({ target: z.string(), installation: z.string() });
/** Epoch milliseconds that a date can hold. */
const moment = z.number().nonnegative().max(8.64e15);

const documentHead = z.object({
  kind: z.literal("document"),
  origin,
  readAtMs: moment,
  environmentId: z.number().int(),
  projectId: z.number().int(),
  flagSetId: z.string(),
  hash: z.string(),
  versionMs: moment,
});

const documentDetails = z.object({
  translatorVersion: z.string(),
  warnings: z.array(
    z.object({ reason: z.string(), detail: z.string(), feature: z.string().exactOptional() }),
  ),
  warnedFeatures: z.array(z.string()),
});

const directoryHead = z.object({
  kind: z.literal("directory"),
  origin,
  readAtMs: moment,
  /** SHA-256 of the body: whether anything changed is known without reading it. */
  digest: z.string(),
});

const head = z.discriminatedUnion("kind", [documentHead, directoryHead]);

const directoryBody = z.object({
  entries: z.array(
    z.object({
      environmentId: z.number().int(),
      projectId: z.number().int(),
      organisationId: z.number().int(),
      flagSetId: z.string(),
      clientKeyHash: z.string(),
      keys: z.array(
        z.object({ keyHash: z.string(), active: z.boolean(), expiresAtMs: z.number().nullable() }),
      ),
      obstacle: z.enum(["project_not_enabled", "organisation_stopped", "edge_project"]).nullable(),
      creating: z.boolean(),
    }),
  ),
  masterKeys: z.array(
    z.object({
      prefix: z.string(),
      hashedKey: z.string(),
      organisationId: z.number().int(),
      organisationStopped: z.boolean(),
      isAdmin: z.boolean(),
      expiresAtMs: z.number().nullable(),
    }),
  ),
  settings: z.array(
    z.object({
      projectId: z.number().int(),
      semantics: z.enum(["flagsmith", "value"]),
      identityOverrideLimit: z.number().int(),
    }),
  ),
});

/** What the first line of JSON in a file says it is. */
export type StateHead = z.output<typeof head>;

/** Reads a file's head; `undefined`: it is none of ours. */
export function readHead(value: unknown): StateHead | undefined {
  const parsed = head.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** What a document's file says it is. */
export function documentHeadOf(from: StateOrigin, revision: SavedRevision): StateHead {
  const { environmentId, projectId, flagSetId, hash, versionMs, readAtMs } = revision;
  return { kind: "document", origin: from, readAtMs, environmentId, projectId, flagSetId, hash, versionMs };
}

/** The document in a file; `undefined`: the file holds something else. */
export function documentOf({ head: value, details, body }: StateFileContent): SavedDocument | undefined {
  const known = documentHead.safeParse(value);
  const findings = documentDetails.safeParse(details);
  if (!known.success || !findings.success) return undefined;
  const { kind: _, origin: __, ...revision } = known.data;
  const { warnings, ...rest } = findings.data;
  return { ...revision, findings: { ...rest, warnings: warnings.filter(isKnown) }, bytes: body };
}

/** Another release may know reasons that this one does not. */
function isKnown(
  warning: Omit<TranslationWarning, "reason"> & { reason: string },
): warning is TranslationWarning {
  return WARNING_REASONS.some((reason) => reason === warning.reason);
}

/** What the directory's file holds: of a key only its hash, whether it is good, and until when. */
export function directoryContent(
  target: string,
  directory: SavedDirectory,
): { readonly head: StateHead; readonly body: Buffer } {
  const content: z.input<typeof directoryBody> = {
    entries: directory.entries.map((entry) => ({
      environmentId: entry.environmentId,
      projectId: entry.projectId,
      organisationId: entry.organisationId,
      flagSetId: entry.flagSetId,
      clientKeyHash: entry.clientKeyHash,
      keys: entry.keys.map(({ keyHash, active, expiresAtMs }) => ({ keyHash, active, expiresAtMs })),
      obstacle: entry.obstacle,
      creating: entry.creating,
    })),
    masterKeys: [...directory.masterKeys],
    settings: [...directory.settingsByProject].map(([projectId, settings]) => ({ projectId, ...settings })),
  };
  const body = Buffer.from(JSON.stringify(content));
  const saved: StateHead = {
    kind: "directory",
    origin: { target, installation: directory.installation },
    readAtMs: directory.readAtMs,
    digest: sha256Hex(body),
  };
  return { head: saved, body };
}

/** The directory in a file; `undefined`: the file holds something else. */
export function directoryOf({ head: value, body }: StateFileContent): SavedDirectory | undefined {
  const known = directoryHead.safeParse(value);
  if (!known.success) return undefined;
  const parsed = directoryBody.safeParse(jsonOf(body));
  if (!parsed.success) return undefined;
  const entries: DirectoryEntry[] = parsed.data.entries.map((entry) => ({
    ...entry,
    keys: entry.keys.map((key) => ({ ...key, lastFour: NOT_KEPT })),
  }));
  const settings = parsed.data.settings.map(({ projectId, ...chosen }) => [projectId, chosen] as const);
  const { origin: from, readAtMs } = known.data;
  return {
    entries,
    masterKeys: parsed.data.masterKeys,
    settingsByProject: new Map(settings),
    readAtMs,
    installation: from.installation,
  };
}

/** Not even four characters of a key are written to disk. */
const NOT_KEPT = "…";

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

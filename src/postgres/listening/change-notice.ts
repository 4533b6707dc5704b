import { z } from "zod";

/** What a trigger says of a change; never a row's content (000002_announcements.sql). */
export interface ChangeNotice {
  /** `now`: complete; `series`: opens a series of transactions; `directory`: keys, names, settings; `everything`: anything. */
  readonly kind: "now" | "series" | "directory" | "everything";
  /** When the transaction began, epoch milliseconds by the database's clock; absent in emergencies. */
  readonly atMs: number | undefined;
  /** `null`: not named; then `projects` says where. */
  readonly environments: readonly number[] | null;
  readonly projects: readonly number[] | null;
  /** `null`: any. */
  readonly features: readonly number[] | null;
  readonly segments: readonly number[] | null;
}

const ids = z.array(z.number()).nullish();
const payload = z.object({
  v: z.literal(1),
  kind: z.enum(["now", "series", "directory", "everything"]),
  at: z.number().optional(),
  environments: ids,
  projects: ids,
  features: ids,
  segments: ids,
});

/** What an unreadable notice is taken for: a full read costs little, a lost change is never acceptable. */
const EVERYTHING: ChangeNotice = {
  kind: "everything",
  atMs: undefined,
  environments: null,
  projects: null,
  features: null,
  segments: null,
};

/** Reads a payload; anything that is not of ours counts as "everything". */
export function decodeNotice(text: unknown): ChangeNotice {
  let json: unknown;
  try {
    json = typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return EVERYTHING;
  }
  const parsed = payload.safeParse(json);
  if (!parsed.success) return EVERYTHING;
  const { kind, at, environments, projects, features, segments } = parsed.data;
  return {
    kind,
    atMs: at,
    environments: environments ?? null,
    projects: projects ?? null,
    features: features ?? null,
    segments: segments ?? null,
  };
}

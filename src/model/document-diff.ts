import { canonicalJson } from "./canonical-json.ts";

/** A flagd document as a follower sees it: nothing is taken for granted. */
export interface SeenDocument {
  readonly flags: ReadonlyMap<string, unknown>;
  readonly flagSetId: string;
  readonly version: string;
}

/** What happened to one flag between two documents. */
export interface FlagChange {
  readonly flag: string;
  readonly change: "added" | "removed" | "changed";
  /** Which members of the flag differ; empty for added and removed ones. */
  readonly members: readonly string[];
  /** The flag's state and what its default variant holds, before and after. */
  readonly before: string;
  readonly after: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a document's text; throws if it is not JSON. */
export function readDocument(text: string): SeenDocument {
  const parsed: unknown = JSON.parse(text);
  const document = isRecord(parsed) ? parsed : {};
  const metadata = isRecord(document.metadata) ? document.metadata : {};
  return {
    flags: new Map(Object.entries(isRecord(document.flags) ? document.flags : {})),
    flagSetId: String(metadata.flagSetId ?? ""),
    version: String(metadata.version ?? ""),
  };
}

/** A flag in a few words: off, or what it answers by default and whether targeting may answer otherwise. */
export function summarise(flag: unknown): string {
  if (!isRecord(flag)) return "absent";
  if (flag.state === "DISABLED") return "off";
  const variants = isRecord(flag.variants) ? flag.variants : {};
  const name = typeof flag.defaultVariant === "string" ? flag.defaultVariant : "";
  const value = name === "" ? "caller's default" : JSON.stringify(variants[name]);
  const text = (value ?? "undefined").length > 60 ? `${(value ?? "").slice(0, 57)}…` : value;
  return flag.targeting === undefined ? `${text}` : `${text} + targeting`;
}

function membersThatDiffer(before: unknown, after: unknown): readonly string[] {
  const left = isRecord(before) ? before : {};
  const right = isRecord(after) ? after : {};
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((member) => canonicalJson(left[member] ?? null) !== canonicalJson(right[member] ?? null))
    .sort();
}

/** What changed, flag by flag, in the order of the flags' names. */
export function diffDocuments(before: SeenDocument, after: SeenDocument): readonly FlagChange[] {
  const names = [...new Set([...before.flags.keys(), ...after.flags.keys()])].sort();
  return names.flatMap((flag): FlagChange[] => {
    const left = before.flags.get(flag);
    const right = after.flags.get(flag);
    const members = membersThatDiffer(left, right);
    if (members.length === 0) return [];
    const change = left === undefined ? "added" : right === undefined ? "removed" : "changed";
    return [
      {
        flag,
        change,
        members: change === "changed" ? members : [],
        before: summarise(left),
        after: summarise(right),
      },
    ];
  });
}

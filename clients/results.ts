/** What a run found out about one client; the page is made of it. */
export interface ClientResult {
  readonly name: string;
  readonly title: string;
  readonly package: string;
  readonly registry: string;
  readonly version: string;
  readonly isProvider: boolean;
  /** The day of the run, ISO 8601. */
  readonly date: string;
  /** Of the program, until it told that it answers. */
  readonly startedMs: number;
  /** Its answers about the sample environment, before and after changes. */
  readonly answers: Agreement;
  /** From the commit of a change to the first new answer. */
  readonly changes: { readonly count: number; readonly medianMs: number; readonly mostMs: number };
  readonly drain: FaultResult;
  readonly restart: FaultResult;
  readonly outage: FaultResult;
  readonly rotation: RotationResult;
  readonly documents?: DocumentResults;
  /** Its answers about generated environments. */
  readonly agreement?: Agreement;
}

/** How answers stand to Flagsmith's; see VERDICTS of test/property. */
export interface Agreement {
  readonly environments: number;
  readonly asked: number;
  readonly same: number;
  readonly open: number;
  readonly narrowed: number;
  readonly different: number;
}

/** How a client lived through a fault. */
export interface FaultResult {
  /** From the end of the fault to the first answer that only a live stream can give; null: it never came. */
  readonly backMs: number | null;
  readonly events: readonly string[];
  /** Answers meanwhile that were not what they were before: there must be none. */
  readonly changed: number;
}

/** What becomes of a client whose key is deleted. */
export interface RotationResult {
  /** From the deletion to its first event; null: it says nothing. */
  readonly noticedMs: number | null;
  readonly events: readonly string[];
  /** What it says of the reason. */
  readonly message: string;
  /** Whether it goes on answering from the flags that it had. */
  readonly kept: boolean;
  /** Whether a program started with the new key answers. */
  readonly newKeyWorks: boolean;
  /** What a program says that is started with the deleted key. */
  readonly startedWithOldKey: readonly string[];
  /** From the same key's being made again to live answers; null: it never came back. */
  readonly backMs: number | null;
}

/** What a client takes. */
export interface DocumentResults {
  /** Where the key is on the wire. */
  readonly keySentAs: readonly string[];
  /** Per construct of {@link CONSTRUCTS}: what came of it. */
  readonly taken: Readonly<Record<string, Taken>>;
  /** After how many of {@link BURSTS} bursts it held the last document. */
  readonly burstsHeld: number;
}

/** `taken`: and answered right; `flag`: that flag alone answers wrongly; `refused`: the whole document. */
export type Taken = "taken" | "flag" | "refused";

/** What an older version of a client makes of our documents. */
export interface OlderResult {
  readonly name: string;
  readonly version: string;
  /** Why it could not be tried. */
  readonly missing?: string;
  /** Its answers about the sample environment; without any it did not take the document. */
  readonly answers?: Agreement;
  readonly documents?: DocumentResults;
}

/** What docs/clients.md is made of: a run of some clients keeps what is known of the others. */
export interface Recorded {
  readonly clients: Readonly<Record<string, ClientResult>>;
  readonly older: readonly OlderResult[];
}

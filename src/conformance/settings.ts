import type { Clock } from "../support/clock.ts";
import type { Target } from "./client/target.ts";
import type { Profile } from "./levels.ts";

/** What the user lets the suite do to the server; each resolves when it is done, and rejects if it failed. */
export interface Hooks {
  /** Changes at least one flag that the suite's credentials can see, to something else at each call. */
  readonly change?: () => Promise<void>;
  /** Writes flags again as they are, with whatever the store records of a write (times, authors). */
  readonly noOp?: () => Promise<void>;
  /** Begins a graceful end of the server; need not wait for it. */
  readonly drain?: () => Promise<void>;
  /** Starts the server again at the same address; need not wait until it serves. */
  readonly restart?: () => Promise<void>;
}

/** Names of the hooks. */
export type HookName = keyof Hooks;

/** What each hook has to do; for the help and for docs/conformance.md. */
export const HOOK_OPTIONS: Readonly<Record<HookName, { readonly option: string; readonly does: string }>> = {
  change: {
    option: "--change-command",
    does: "changes at least one flag that the given credentials see, each time to something else, and ends when that is written; it is run six times",
  },
  noOp: {
    option: "--no-op-command",
    does: "writes a flag again as it is, with whatever the store records of a write",
  },
  drain: {
    option: "--drain-command",
    does: "begins a graceful end of the server (SIGTERM, say); need not wait for it",
  },
  restart: {
    option: "--restart-command",
    does: "starts the server again at the same address, after the drain; need not wait until it serves",
  },
};

/** How long the suite waits for what; all in milliseconds. */
export interface Timing {
  /** Patience for whatever has to come. */
  readonly answerWithinMs: number;
  /** The time within which a first message should be there: the shortest deadline that providers start with. */
  readonly firstMessageMs: number;
  /** How long nothing may come where nothing is due. */
  readonly quietMs: number;
  /** How long an idle stream has to stay open. */
  readonly idleMs: number;
  readonly pingIntervalMs: number;
  /** The deadline of a client's own that is put to the test. */
  readonly deadlineMs: number;
  /** Patience for the end of all streams in a drain, and for a restarted server. */
  readonly drainWithinMs: number;
}

/** The shortest keepalive that gRPC clients send is one ping every 10 s (grpc: doc/keepalive.md). */
export const DEFAULT_TIMING: Timing = {
  answerWithinMs: 5_000,
  firstMessageMs: 500,
  quietMs: 1_000,
  idleMs: 6_000,
  pingIntervalMs: 10_000,
  deadlineMs: 1_000,
  drainWithinMs: 30_000,
};

/** What the suite is told of the server. */
export interface Settings {
  readonly target: Target;
  /** Where `/v1/flags` is. */
  readonly httpTarget: Target;
  /** What each call carries to be let in; empty: nothing. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The same header with a key that nobody knows; `undefined`: there are no keys. */
  readonly unknownCredentials: Readonly<Record<string, string>> | undefined;
  /** The same header with a key that is known and may not read flags. */
  readonly refusedCredentials: Readonly<Record<string, string>> | undefined;
  /** A selector that the server knows; `undefined`: the document's own flag set. */
  readonly selector: string | undefined;
  readonly unknownSelector: string;
  readonly profile: Profile;
  readonly timing: Timing;
  readonly hooks: Hooks;
  readonly clock: Clock;
}

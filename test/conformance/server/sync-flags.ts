import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  FetchAllFlagsResponseSchema,
  SyncFlagsRequestSchema,
  SyncFlagsResponseSchema,
} from "../../../src/gen/flagd/sync/v1/sync_pb.ts";
import { EMPTY, GOOD_KEY, KNOWN_BUT_REFUSED_KEY, type Place, select } from "./place.ts";
import type { CodeName, Rpc } from "./rpc.ts";

/** What the server tells of itself. */
export const CONTEXT = { region: "test" };

/** Times, in milliseconds, by which faults go that need one. */
export interface FaultTimes {
  readonly lateMs: number;
  readonly reapedAfterMs: number;
}

interface Follower {
  readonly rpc: Rpc;
  readonly zips: boolean;
}

/** SyncFlags and FetchAllFlags. */
export class SyncFlags {
  readonly #place: Place;
  readonly #times: FaultTimes;
  readonly #followers = new Set<Follower>();
  /** Connections on which a key was refused. */
  readonly #refusedOn = new WeakSet<object>();
  #opened = 0;
  #zippedOpened = 0;

  constructor(place: Place, times: FaultTimes) {
    this.#place = place;
    this.#times = times;
  }

  /** Answers a call of either method. */
  async answer(rpc: Rpc): Promise<void> {
    const { breaks } = this.#place;
    const request = await rpc.request({
      large: breaks("CALL-003") ? "INTERNAL" : "RESOURCE_EXHAUSTED",
      gzip: breaks("CALL-006"),
      coding: breaks("CALL-007") ? "INTERNAL" : "UNIMPLEMENTED",
    });
    if (typeof request === "string") {
      rpc.end(request);
      return;
    }
    const fields = readFields(request);
    const { selector, providerId } = fields ?? { selector: "", providerId: "" };
    if (fields === undefined && !breaks("CALL-008")) rpc.end("INTERNAL", "no such message");
    else if (!this.#refused(rpc)) this.#select(rpc, selector, providerId);
  }

  /** Ends all streams, as a server does that goes down. */
  drain(): void {
    const { breaks } = this.#place;
    const status = breaks("SYNC-006") ? "OK" : breaks("DRAIN-001") ? "INTERNAL" : "UNAVAILABLE";
    for (const { rpc } of this.#followers) rpc.end(status, "going down");
    this.#followers.clear();
  }

  /** Tells all streams of the newest revision. */
  push(): void {
    const { flags, breaks } = this.#place;
    const { revision } = flags;
    if (breaks("CHG-001") && revision === 1) return;
    for (const follower of this.#followers) {
      if (breaks("CHG-003") && revision === 1) this.#send(follower, flags.text(revision, { draft: true }));
      this.#send(follower, breaks("CHG-002") && revision === 1 ? flags.part() : flags.text());
      if (breaks("CHG-004") && revision > 1) this.#send(follower, flags.text(revision - 1));
    }
  }

  /** The flags were written again as they are. */
  written(): void {
    const { flags, breaks } = this.#place;
    if (!breaks("CHG-005")) return;
    for (const follower of this.#followers) this.#send(follower, flags.text(undefined, { saved: "again" }));
  }

  /** Whether the call was turned away for its credentials. */
  #refused(rpc: Rpc): boolean {
    const { breaks } = this.#place;
    const key = rpc.header("authorization")?.replace(/^Bearer /, "");
    const fetches = rpc.method === "FetchAllFlags";
    if (key === GOOD_KEY) {
      const spoilt = breaks("AUTH-006") && rpc.stream.session && this.#refusedOn.has(rpc.stream.session);
      if (spoilt) rpc.end("UNAVAILABLE", "somebody was refused here");
      return spoilt === true;
    }
    if (key === undefined) {
      if (breaks(fetches ? "AUTH-004" : "AUTH-001")) return false;
      rpc.end("UNAUTHENTICATED", "no key");
    } else if (key === KNOWN_BUT_REFUSED_KEY) {
      rpc.end(breaks("AUTH-005") ? "UNAUTHENTICATED" : "PERMISSION_DENIED", "not for flags");
    } else {
      const words = breaks("AUTH-003") ? `${key} is not known` : "not known";
      if (rpc.stream.session) this.#refusedOn.add(rpc.stream.session);
      rpc.end(breaks("AUTH-002") ? "PERMISSION_DENIED" : "UNAUTHENTICATED", words);
    }
    return true;
  }

  #select(rpc: Rpc, field: string, providerId: string): void {
    const { breaks, manner } = this.#place;
    const header = rpc.header("flagd-selector");
    const selector = this.#effective(header, field);
    if (selector === undefined || (breaks("SYNC-004") && providerId !== "")) {
      rpc.end("INVALID_ARGUMENT");
      return;
    }
    const selected = select(selector);
    const known = selected === "all" || (breaks("SEL-006") && header === undefined);
    if (selected === "malformed" && !breaks("SEL-009")) rpc.end("INVALID_ARGUMENT", "no such key");
    else if (known) this.#serve(rpc, { selector, plain: header === undefined && providerId === "" });
    else if (manner === "flagd" ? breaks("SEL-007") : !breaks("SEL-008"))
      rpc.end("PERMISSION_DENIED", "another set");
    else this.#begin(rpc, EMPTY, false);
  }

  /** The selector that counts; `undefined`: the call breaks on it. */
  #effective(header: string | undefined, field: string): string | undefined {
    const { breaks } = this.#place;
    if (breaks("SEL-002") && header && field === "") return undefined;
    if (breaks("SEL-004") && header === "" && field === "") return undefined;
    if (breaks("SEL-005") && header === "") return field;
    if (breaks("SEL-003") && header && field !== "") return field;
    return header ?? field;
  }

  #serve(rpc: Rpc, { selector, plain }: { readonly selector: string; readonly plain: boolean }): void {
    const { breaks, flags } = this.#place;
    const untouched = flags.revision === 0;
    if (rpc.method === "FetchAllFlags") {
      this.#begin(rpc, breaks("SYNC-008") ? flags.text(-1) : flags.text(), false);
      return;
    }
    const asked = rpc.header("grpc-accept-encoding") === "gzip";
    this.#opened += 1;
    if (asked) this.#zippedOpened += 1;
    if (breaks("SYNC-001")) {
      rpc.respond();
      return;
    }
    let text = flags.text();
    if (breaks("SEL-001") && selector !== "") text = EMPTY;
    if (breaks("SYNC-005") && plain && selector === "" && !asked && untouched)
      text = flags.text(0, { for: "plain" });
    if (breaks("CALL-005") && asked && this.#zippedOpened > 1 && untouched)
      text = flags.text(0, { for: "zipped" });
    const serve = (): void => this.#begin(rpc, text, asked || breaks("CALL-004"));
    if (breaks("SYNC-002") && this.#opened <= 4) setTimeout(serve, this.#times.lateMs);
    else serve();
  }

  /** Sends the first message, and follows where that is due. */
  #begin(rpc: Rpc, text: string, zips: boolean): void {
    const { breaks } = this.#place;
    if (rpc.over) return;
    if (rpc.method === "FetchAllFlags") {
      rpc.send(
        toBinary(
          FetchAllFlagsResponseSchema,
          create(FetchAllFlagsResponseSchema, { flagConfiguration: text }),
        ),
      );
      rpc.end("OK");
      return;
    }
    rpc.respond(zips ? { "grpc-encoding": "gzip" } : {});
    const follower = { rpc, zips };
    this.#send(follower, text);
    if (breaks("SYNC-007") && zips) this.#send(follower, text);
    if (text !== EMPTY) this.#followers.add(follower);
    const leave = (status: CodeName): void => {
      this.#followers.delete(follower);
      rpc.end(status);
    };
    const timers: NodeJS.Timeout[] = [];
    const timeoutMs = timeoutOf(rpc.header("grpc-timeout"), breaks("CALL-002"));
    if (timeoutMs !== undefined && !breaks("CALL-001")) {
      timers.push(setTimeout(() => leave("DEADLINE_EXCEEDED"), timeoutMs));
    }
    if (breaks("SYNC-003") && zips && this.#place.flags.revision === 0) {
      timers.push(setTimeout(() => leave("UNAVAILABLE"), this.#times.reapedAfterMs));
    }
    rpc.stream.once("close", () => {
      this.#followers.delete(follower);
      for (const timer of timers) clearTimeout(timer);
    });
  }

  #send({ rpc, zips }: Follower, text: string): void {
    const response = create(SyncFlagsResponseSchema, { flagConfiguration: text, syncContext: CONTEXT });
    rpc.send(toBinary(SyncFlagsResponseSchema, response), zips);
  }
}

function readFields(request: Buffer) {
  try {
    return fromBinary(SyncFlagsRequestSchema, request);
  } catch {
    return undefined;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1 };
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function timeoutOf(text: string | undefined, overflows: boolean): number | undefined {
  if (text === undefined) return undefined;
  const ms = Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0);
  if (ms <= LONGEST_TIMER_MS) return ms;
  return overflows ? 1 : undefined;
}

import { create, toBinary } from "@bufbuild/protobuf";
import {
  FetchAllFlagsRequestSchema,
  FlagSyncService,
  SyncFlagsRequestSchema,
} from "../gen/flagd/sync/v1/sync_pb.ts";
import { messageOf } from "../support/errors.ts";
import type { Call } from "./client/call.ts";
import { Connection } from "./client/connection.ts";
import { exchange, type HttpAnswer, type HttpWish } from "./client/http-exchange.ts";
import { SyncStream } from "./client/sync-stream.ts";
import { pause } from "./client/wait.ts";
import { HOOK_OPTIONS, type HookName, type Settings, type Timing } from "./settings.ts";
import { NotApplicable, needs, Violation } from "./verdict.ts";

/** What a call to the service carries besides credentials. */
export interface Asked {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly selector?: string;
  readonly providerId?: string;
  /** In place of the suite's own credentials. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** Where checks work: opens connections and calls, remembers all streams for the balance, and cleans up. */
export class Bench {
  readonly settings: Settings;
  /** Every SyncFlags call of the whole run. */
  readonly streams: SyncStream[] = [];
  readonly #connections = new Set<Connection>();
  readonly #shared = new Map<unknown, Promise<unknown>>();

  constructor(settings: Settings) {
    this.settings = settings;
  }

  get timing(): Timing {
    return this.settings.timing;
  }

  /** Opens a connection. Throws a {@link Violation} if there is none to be had. */
  async connect(): Promise<Connection> {
    const { target, clock } = this.settings;
    const connection = await Connection.open(target, { clock, withinMs: this.timing.answerWithinMs });
    if (typeof connection === "string") throw new Violation(`no connection: ${connection}`);
    this.#connections.add(connection);
    return connection;
  }

  /** Opens SyncFlags, on a connection of its own unless one is given. */
  async sync(asked: Asked = {}, on?: Connection): Promise<SyncStream> {
    const connection = on ?? (await this.connect());
    const { selector = "", providerId = "" } = asked;
    const stream = new SyncStream(
      connection.call({
        path: pathOf("syncFlags"),
        metadata: this.#metadata(asked),
        message: toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema, { selector, providerId })),
      }),
    );
    this.streams.push(stream);
    return stream;
  }

  /** Calls FetchAllFlags. */
  async fetchAll(asked: Asked = {}): Promise<Call> {
    const { selector = "", providerId = "" } = asked;
    return (await this.connect()).call({
      path: pathOf("fetchAllFlags"),
      metadata: this.#metadata(asked),
      message: toBinary(
        FetchAllFlagsRequestSchema,
        create(FetchAllFlagsRequestSchema, { selector, providerId }),
      ),
    });
  }

  /** Asks over HTTP with the suite's credentials, unless others are given. */
  async http(wish: Partial<HttpWish>, credentials = this.settings.credentials): Promise<HttpAnswer> {
    const answer = await exchange(
      this.settings.httpTarget,
      { path: "/v1/flags", ...wish, headers: { ...credentials, ...wish.headers } },
      this.timing.answerWithinMs,
    );
    if (typeof answer === "string") throw new Violation(`no answer over HTTP: ${answer}`);
    return answer;
  }

  /** What the user gave for this, to be run; skips the check if nothing was given. */
  hook(name: HookName): () => Promise<void> {
    const work = this.settings.hooks[name];
    const { option } = HOOK_OPTIONS[name];
    needs(work !== undefined, `no ${option} was given`);
    return () =>
      work().catch((thrown: unknown) => {
        throw new Violation(`${option} failed: ${messageOf(thrown)}`);
      });
  }

  /** Does work once and shares its outcome, failure included, among all checks that ask for it. */
  once<Outcome>(work: (bench: Bench) => Promise<Outcome>): Promise<Outcome> {
    const known = this.#shared.get(work);
    if (known !== undefined) return known as Promise<Outcome>;
    const begun = work(this);
    this.#shared.set(work, begun);
    return begun;
  }

  /** As {@link once}, for work that another requirement already judges: here its failure only means that we cannot go on. */
  async given<Outcome>(work: (bench: Bench) => Promise<Outcome>, id: string): Promise<Outcome> {
    try {
      return await this.once(work);
    } catch (thrown) {
      if (thrown instanceof Violation) throw new NotApplicable(`${id} failed`);
      throw thrown;
    }
  }

  /** Lets time pass in which nothing should come. */
  pause(ms: number): Promise<void> {
    return pause(this.settings.clock, ms);
  }

  /** Closes all connections. */
  close(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#connections.clear();
  }

  #metadata({ metadata, credentials }: Asked): Readonly<Record<string, string>> {
    return { ...(credentials ?? this.settings.credentials), ...metadata };
  }
}

/** The path of a method of flagd.sync.v1. */
export function pathOf(method: keyof typeof FlagSyncService.method): string {
  return `/${FlagSyncService.typeName}/${FlagSyncService.method[method].name}`;
}

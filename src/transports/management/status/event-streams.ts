import type { Clock, Timer } from "../../../support/clock.ts";
import { messageOf } from "../../../support/errors.ts";
import { type Answer, type ManagementResponse, problem } from "../exchange.ts";
import type { StatusSource } from "./source.ts";
import { toldInEvent } from "./views.ts";

/** Pages that may look at the same time. */
const MOST_CLIENTS = 32;

/** How soon a change is told: several within this time are told as one. */
const TICK_MS = 250;

/** How often it is looked for what changes without anybody saying so, such as staleness. */
const LOOK_MS = 2_000;

/** A page that hears nothing for three of these says that it no longer knows. */
const HEARTBEAT_MS = 5_000;

/** How long a client may leave an event untaken. */
const SLOW_MS = 30_000;

/** What a browser waits before it connects again. */
const RETRY_MS = 2_000;

/** What the routes of the status tell whoever measures. */
export interface StatusObserver {
  /** So many clients watch now. */
  watching(count: number): void;
  /** A request was turned away. */
  denied(reason: string): void;
}

interface Client {
  readonly response: ManagementResponse;
  /** Since when it has not taken what was written. */
  fullSinceMs: number | undefined;
  /** The event that it was sent last. */
  seen: string;
  writtenMs: number;
}

/**
 * Server-sent events: the whole report, whenever it has changed. A client that is slow to take one is sent nothing until it
 * has, and then the newest: it costs no memory beyond one event. Nothing is reckoned while nobody looks.
 */
export class EventStreams {
  readonly #source: StatusSource;
  readonly #clock: Clock;
  readonly #log: { warn(fields: object, message: string): void };
  readonly #observer: StatusObserver | undefined;
  readonly #clients = new Set<Client>();
  #timer: Timer | undefined;
  #unlisten: (() => void) | undefined;
  #dirty = true;
  #lookedMs = 0;
  #event = "";
  /** The newest event without its moments, by which one is told from the next. */
  #content = "";

  constructor(options: {
    readonly source: StatusSource;
    readonly clock: Clock;
    readonly log: { warn(fields: object, message: string): void };
    readonly observer?: StatusObserver | undefined;
  }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#observer = options.observer;
  }

  /** Takes the response over; an answer is returned instead if there are as many as may be. */
  open(response: ManagementResponse): Answer | undefined {
    if (this.#clients.size >= MOST_CLIENTS) {
      const answer = problem({
        status: 503,
        reason: "too_many",
        title: `At most ${MOST_CLIENTS} may look at once`,
      });
      return { ...answer, headers: { "Retry-After": "5" } };
    }
    response.statusCode = 200;
    response.setHeader("Content-Type", "text/event-stream");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Accel-Buffering", "no");
    const client: Client = { response, fullSinceMs: undefined, seen: "", writtenMs: 0 };
    response.on("drain", () => {
      client.fullSinceMs = undefined;
      this.#tell(client);
    });
    response.on("close", () => this.#close(client));
    this.#clients.add(client);
    this.#observer?.watching(this.#clients.size);
    this.#write(client, `retry: ${RETRY_MS}\n\n`);
    this.#unlisten ??= this.#source.onChange(() => {
      this.#dirty = true;
    });
    this.#dirty = true;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(0, () => this.#tick());
    return undefined;
  }

  #close(client: Client): void {
    this.#clients.delete(client);
    this.#observer?.watching(this.#clients.size);
    if (this.#clients.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#event = "";
    this.#content = "";
  }

  #tick(): void {
    this.#timer = undefined;
    this.#look()
      .catch((thrown: unknown) =>
        this.#log.warn({ error: messageOf(thrown) }, "the status could not be told"),
      )
      .finally(() => {
        for (const client of [...this.#clients]) this.#tell(client);
        if (this.#clients.size > 0) this.#timer ??= this.#clock.after(TICK_MS, () => this.#tick());
      });
  }

  async #look(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#dirty && nowMs - this.#lookedMs < LOOK_MS) return;
    this.#dirty = false;
    this.#lookedMs = nowMs;
    const report = toldInEvent(await this.#source.report());
    const content = JSON.stringify({ ...report, generatedAt: "", databaseTime: "" });
    if (content === this.#content) return;
    this.#content = content;
    this.#event = `event: status\ndata: ${JSON.stringify(report)}\n\n`;
  }

  #tell(client: Client): void {
    const nowMs = this.#clock.monotonicMs();
    if (client.fullSinceMs !== undefined) {
      if (nowMs - client.fullSinceMs > SLOW_MS) client.response.destroy();
    } else if (client.seen !== this.#event && this.#event !== "") {
      client.seen = this.#event;
      this.#write(client, this.#event);
    } else if (nowMs - client.writtenMs > HEARTBEAT_MS) this.#write(client, "event: heartbeat\ndata: {}\n\n");
  }

  #write(client: Client, text: string): void {
    client.writtenMs = this.#clock.monotonicMs();
    if (!client.response.write(text)) client.fullSinceMs = client.writtenMs;
  }
}

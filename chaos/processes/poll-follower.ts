import { observe } from "../record/observe.ts";
import type { Follower, FollowerOptions, OpenRecording } from "./follower.ts";

const INTERVAL_MS = 100;
const ANSWER_LIMIT_MS = 1_000;

/** Asks over HTTP again and again, with the ETag of what it has; a new recording begins after each failure. */
export class PollFollower implements Follower {
  readonly #options: FollowerOptions;
  readonly #recordings: OpenRecording[] = [];
  #etag: string | undefined;
  #next: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#begin();
    void this.#poll();
  }

  get recordings(): readonly OpenRecording[] {
    return this.#recordings;
  }

  reconnect(): void {
    this.#etag = undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#next);
  }

  #begin(): OpenRecording {
    const { name: follower, environment } = this.#options;
    const recording: OpenRecording = {
      follower,
      kind: "poll",
      environment,
      openedAtMs: Date.now(),
      seen: [],
    };
    this.#recordings.push(recording);
    return recording;
  }

  async #poll(): Promise<void> {
    const open = this.#recordings.at(-1);
    const recording = open === undefined || open.end !== undefined ? this.#begin() : open;
    try {
      await this.#ask(recording);
    } catch (thrown) {
      recording.end = { atMs: Date.now(), code: 0, details: String(thrown) };
      this.#etag = undefined;
    }
    if (!this.#closed) this.#next = setTimeout(() => void this.#poll(), INTERVAL_MS);
  }

  async #ask(recording: OpenRecording): Promise<void> {
    const { port, key, always } = this.#options;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/flagd/flags.json`, {
      headers: {
        "x-environment-key": key,
        ...(this.#etag === undefined ? {} : { "if-none-match": this.#etag }),
      },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    const text = await answer.text();
    if (answer.status === 304) return;
    if (answer.status !== 200) {
      recording.end = { atMs: Date.now(), code: answer.status, details: text };
      this.#etag = undefined;
      return;
    }
    this.#etag = answer.headers.get("etag") ?? undefined;
    recording.seen.push(observe(text, Date.now(), always));
  }
}

import type { Socket } from "node:net";
import type { Clock, Timer } from "../../src/support/clock.ts";

/** What a link is made of. */
export interface ProxyLinkOptions {
  readonly client: Socket;
  /** Opens the connection to the target. */
  readonly connect: () => Socket;
  readonly clock: Clock;
  readonly delayMs: () => number;
  /** Sees the target's bytes before they are passed on, and may split them. */
  readonly fromTarget: (bytes: Buffer, pass: (part: Buffer) => void) => void;
  readonly onClosed: () => void;
}

/** One connection of a client with its connection to the target. */
export class ProxyLink {
  readonly #options: ProxyLinkOptions;
  readonly #timers = new Set<Timer>();
  /** What is delayed, in order: a timer that fires early passes on what is first, not what it was set for. */
  readonly #waiting: (() => void)[] = [];
  #target: Socket | undefined;
  #lanes: readonly Lane[] = [];
  #frozen = false;
  #stranded = false;
  #closed = false;

  constructor(options: ProxyLinkOptions) {
    this.#options = options;
    const { client } = options;
    client.setNoDelay(true);
    client.on("error", () => undefined);
    client.on("close", () => {
      if (!this.#frozen) this.cut();
    });
  }

  /** Whether the client still holds its side. */
  get open(): boolean {
    return !this.#options.client.destroyed;
  }

  /** Connects to the target, unless frozen: then {@link thaw} does. */
  connect(): void {
    if (this.#frozen || this.#stranded || this.#closed || this.#target !== undefined) return;
    const { client, connect, fromTarget } = this.#options;
    const target = connect();
    this.#target = target;
    target.on("error", () => undefined);
    target.on("close", () => this.#onTargetClosed());
    this.#lanes = [
      new Lane(client, target, (bytes, pass) => this.#later(() => pass(bytes))),
      new Lane(target, client, (bytes, pass) =>
        this.#later(() => (bytes === null ? pass(null) : fromTarget(bytes, pass))),
      ),
    ];
  }

  freeze(): void {
    this.#frozen = true;
    for (const lane of this.#lanes) lane.hold();
  }

  thaw(): void {
    if (this.#stranded) return;
    this.#frozen = false;
    if (!this.open) this.cut();
    this.connect();
    for (const lane of this.#lanes) lane.release();
    if (this.#target?.destroyed) this.#onTargetClosed();
  }

  strand(): void {
    this.#stranded = true;
    this.freeze();
  }

  halfClose(): void {
    this.#options.client.end();
  }

  /** Resets both sides. */
  cut(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    if (!this.#options.client.destroyed) this.#options.client.resetAndDestroy();
    this.#target?.resetAndDestroy();
    this.#options.onClosed();
  }

  /** A target that is gone ends the client too, once all that it sent has been passed on; not over a frozen link. */
  #onTargetClosed(): void {
    if (this.#frozen || this.#closed) return;
    this.#later(() => {
      if (!this.#frozen) this.#options.client.destroySoon();
    });
  }

  #later(act: () => void): void {
    const delayMs = this.#options.delayMs();
    if (delayMs === 0 && this.#timers.size === 0) {
      act();
      return;
    }
    this.#waiting.push(act);
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.#waiting.shift()?.();
    });
    this.#timers.add(timer);
  }
}

type Pass = (bytes: Buffer | null) => void;

/** One way through a link; `null` is the end. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #held: (Buffer | null)[] = [];
  #holding = false;

  constructor(from: Socket, to: Socket, through: (bytes: Buffer | null, pass: Pass) => void) {
    this.#from = from;
    this.#to = to;
    const pass: Pass = (bytes) => this.#pass(bytes);
    from.on("data", (bytes: Buffer) => through(bytes, pass));
    from.on("end", () => through(null, pass));
    to.on("drain", () => {
      if (!this.#holding) from.resume();
    });
  }

  hold(): void {
    this.#holding = true;
    this.#from.pause();
  }

  release(): void {
    this.#holding = false;
    for (const bytes of this.#held.splice(0)) this.#pass(bytes);
    this.#from.resume();
  }

  #pass(bytes: Buffer | null): void {
    if (this.#holding) this.#held.push(bytes);
    else if (bytes === null) this.#to.end();
    else if (this.#to.writable && !this.#to.write(bytes)) this.#from.pause();
  }
}

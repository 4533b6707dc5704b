import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../src/support/clock.ts";
import { systemClock } from "../../src/support/clock.ts";
import { ProxyLink } from "./tcp-proxy-link.ts";

/** Where a proxy connects to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** A TCP proxy on 127.0.0.1 that a test breaks as networks do. Every order is in force when its call returns. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that are open now, from the clients' side. */
  readonly connections: number;
  /** Connections that were ever asked for, refused ones too. */
  readonly accepted: number;
  /** Resets every connection, on both sides. New ones pass. */
  cut(): void;
  /** Resets every new connection at once; open ones stay. */
  refuse(): void;
  /** Ends {@link refuse}. */
  accept(): void;
  /** No byte and no end of a connection passes either way any more; new connections open and are silent. */
  freeze(): void;
  /** Ends {@link freeze}: what was held back passes, in order. */
  thaw(): void;
  /** The connections that are open now are frozen for ever; new ones pass. A router that lost its table does so. */
  strand(): void;
  /** Tells every client that the target has ended its side; what clients send still reaches the target. */
  halfClose(): void;
  /** From now on bytes pass so much later, either way. 0 ends it. */
  delay(delayMs: number): void;
  /** Calls `act` when exactly so many further bytes came from the target, all connections together; once. */
  afterBytes(count: number, act: () => void): void;
  /** New connections go there; open ones stay where they are. With {@link cut} a fail-over. */
  retarget(target: ProxyTarget): void;
  /** Ends everything. */
  close(): Promise<void>;
}

/** Listens on a free port. `clock` is for {@link TcpProxy.delay} alone. */
export async function startTcpProxy(options: {
  readonly target: ProxyTarget;
  readonly clock?: Clock;
}): Promise<TcpProxy> {
  const proxy = new BreakableProxy(options.target, options.clock ?? systemClock);
  await proxy.listen();
  return proxy;
}

/** The same database address through a proxy. */
export function throughProxy(databaseUrl: string, proxy: TcpProxy): string {
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  return url.href;
}

/** Where a database address points to. */
export function targetOf(databaseUrl: string): ProxyTarget {
  const { hostname, port } = new URL(databaseUrl);
  return { host: hostname, port: Number(port) };
}

class BreakableProxy implements TcpProxy {
  accepted = 0;
  port = 0;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #links = new Set<ProxyLink>();
  #target: ProxyTarget;
  #refusing = false;
  #frozen = false;
  #delayMs = 0;
  #watch: { left: number; readonly act: () => void } | undefined;

  constructor(target: ProxyTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#onClient(client));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy has no port");
    this.port = address.port;
  }

  get connections(): number {
    return [...this.#links].filter((link) => link.open).length;
  }

  cut(): void {
    for (const link of [...this.#links]) link.cut();
  }

  refuse(): void {
    this.#refusing = true;
  }

  accept(): void {
    this.#refusing = false;
  }

  freeze(): void {
    this.#frozen = true;
    for (const link of this.#links) link.freeze();
  }

  thaw(): void {
    this.#frozen = false;
    for (const link of this.#links) link.thaw();
  }

  strand(): void {
    for (const link of this.#links) link.strand();
  }

  halfClose(): void {
    for (const link of this.#links) link.halfClose();
  }

  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  afterBytes(count: number, act: () => void): void {
    this.#watch = { left: count, act };
  }

  retarget(target: ProxyTarget): void {
    this.#target = target;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #onClient(client: Socket): void {
    this.accepted += 1;
    if (this.#refusing) {
      client.on("error", () => undefined).resetAndDestroy();
      return;
    }
    const link = new ProxyLink({
      client,
      connect: () => createConnection({ ...this.#target, allowHalfOpen: true, noDelay: true }),
      clock: this.#clock,
      delayMs: () => this.#delayMs,
      fromTarget: (bytes, pass) => this.#count(bytes, pass),
      onClosed: () => this.#links.delete(link),
    });
    this.#links.add(link);
    if (this.#frozen) link.freeze();
    link.connect();
  }

  #count(bytes: Buffer, pass: (part: Buffer) => void): void {
    const watch = this.#watch;
    if (watch === undefined || bytes.length < watch.left) {
      if (watch !== undefined) watch.left -= bytes.length;
      pass(bytes);
      return;
    }
    this.#watch = undefined;
    pass(bytes.subarray(0, watch.left));
    watch.act();
    if (bytes.length > watch.left) this.#count(bytes.subarray(watch.left), pass);
  }
}

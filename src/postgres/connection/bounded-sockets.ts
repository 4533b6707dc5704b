import { Socket } from "node:net";
import { type Clock, systemClock, type Timer } from "../../support/clock.ts";

/**
 * The kernel asks again for a connection after 1, 3, 7 … s; over a network that was away, waiting for it would cost as
 * long again. So an attempt ends before its second question, and the next attempt asks.
 */
const HANDSHAKE_LIMIT_MS = 1_000;

/** Sockets for connections to Postgres that can be let go without the other side's help. */
export class BoundedSockets {
  readonly #clock: Clock;
  readonly #open = new Set<Socket>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** A socket that is destroyed if an address does not take the connection within {@link HANDSHAKE_LIMIT_MS}. */
  create(): Socket {
    const socket = new Socket();
    let limit: Timer | undefined;
    this.#open.add(socket);
    socket.on("connectionAttempt", () => {
      limit?.cancel();
      limit = this.#clock.after(HANDSHAKE_LIMIT_MS, () =>
        socket.destroy(Object.assign(new Error("no connection within a second"), { code: "ETIMEDOUT" })),
      );
    });
    socket.once("connect", () => limit?.cancel());
    socket.once("close", () => {
      limit?.cancel();
      this.#open.delete(socket);
    });
    return socket;
  }

  /** Ends all of them at once: an orderly end would wait for an answer that a frozen network never brings. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoundedSockets } from "../../../src/postgres/connection/bounded-sockets.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("sockets to the database", () => {
  let server: Server;
  let port: number;
  const clock = new ManualClock();
  beforeEach(async () => {
    server = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterEach(() => void server.close());

  it("do not wait longer than a second for a network that does not answer", async () => {
    const socket = new BoundedSockets(clock).create();
    // the second passes before the kernel could say a word
    socket.once("connectionAttempt", () => process.nextTick(() => clock.advance(1_000)));
    const failed = once(socket, "error");
    socket.connect(port, "127.0.0.1");
    expect(await failed).toEqual([expect.objectContaining({ code: "ETIMEDOUT" })]);
  });

  it("are not limited once connected, and all end at once", async () => {
    const sockets = new BoundedSockets(clock);
    const [first, second] = [sockets.create(), sockets.create()];
    for (const socket of [first, second]) {
      socket.connect(port, "127.0.0.1");
      await once(socket, "connect");
    }
    expect(clock.pending).toBe(0);
    clock.advance(60_000);
    expect([first.destroyed, second.destroyed]).toEqual([false, false]);
    const closed = [first, second].map((socket) => once(socket, "close"));
    sockets.destroyAll();
    await Promise.all(closed);
  });
});

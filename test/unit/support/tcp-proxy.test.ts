import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../support/manual-clock.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";

/** A server that says its name, then repeats what it hears; it answers an end with an end. */
async function namedEcho(name: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(name);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

/** A client that remembers what came. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<string>;
  text = "";
  ended = false;
  #wake = (): void => undefined;

  constructor(port: number) {
    this.socket = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
    let reason = "closed";
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message;
    });
    this.socket.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
      this.#wake();
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve(reason)));
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async heard(text: string): Promise<void> {
    await this.until(() => this.text.length >= text.length);
    expect(this.text).toBe(text);
  }
}

describe("the tests' TCP proxy", () => {
  const clock = new ManualClock();
  let one: Awaited<ReturnType<typeof namedEcho>>;
  let two: Awaited<ReturnType<typeof namedEcho>>;
  let proxy: TcpProxy;
  const clients: Client[] = [];
  const connect = (port = proxy.port): Client => {
    const client = new Client(port);
    clients.push(client);
    return client;
  };
  beforeEach(async () => {
    one = await namedEcho("one:");
    two = await namedEcho("two:");
    proxy = await startTcpProxy({ target: { host: "127.0.0.1", port: one.port }, clock });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.destroy();
    await proxy.close();
    for (const { server } of [one, two]) server.close();
  });

  it("passes bytes and ends both ways", async () => {
    const client = connect();
    client.socket.write("hello");
    await client.heard("one:hello");
    expect(proxy.connections).toBe(1);
    client.socket.end();
    expect(await client.closed).toBe("closed");
    expect(client.ended).toBe(true);
  });

  it("cuts open connections and lets new ones pass; refuses new ones and keeps open ones", async () => {
    const cut = connect();
    await cut.heard("one:");
    proxy.cut();
    expect(await cut.closed).toBe("ECONNRESET");
    expect(proxy.connections).toBe(0);
    const open = connect();
    await open.heard("one:");
    proxy.refuse();
    expect(await connect().closed).toBe("ECONNRESET");
    open.socket.write("still");
    await open.heard("one:still");
    proxy.accept();
    await connect().heard("one:");
    expect(proxy.accepted).toBe(4);
  });

  it("freezes without a word, also to new connections, and loses nothing", async () => {
    const client = connect();
    await client.heard("one:");
    proxy.freeze();
    client.socket.write("a");
    const late = connect();
    await once(late.socket, "connect");
    client.socket.end("b");
    // another connection's round trip: whatever could pass the proxy would have passed by now
    const direct = connect(two.port);
    direct.socket.write("x");
    await direct.heard("two:x");
    expect([client.text, client.ended, late.text]).toEqual(["one:", false, ""]);
    proxy.thaw();
    await client.heard("one:ab");
    await late.heard("one:");
    expect(await client.closed).toBe("closed");
  });

  it("strands what is open for ever, and nothing else", async () => {
    const client = connect();
    await client.heard("one:");
    proxy.strand();
    client.socket.write("lost");
    proxy.thaw();
    const next = connect();
    next.socket.write("passes");
    await next.heard("one:passes");
    expect(client.text).toBe("one:");
  });

  it("half-closes: the client sees an end, the target hears on", async () => {
    const heard = new Promise<string>((resolve) => {
      one.server.once("connection", (socket: Socket) => {
        socket.on("data", (bytes) => resolve(bytes.toString()));
      });
    });
    const client = connect();
    await client.heard("one:");
    proxy.halfClose();
    await client.until(() => client.ended);
    client.socket.write("on");
    expect(await heard).toBe("on");
  });

  it("delays by its clock, in order", async () => {
    proxy.delay(50);
    const client = connect();
    client.socket.write("hi");
    while (clock.pending < 2) await new Promise(setImmediate);
    clock.advance(49);
    const direct = connect(two.port);
    direct.socket.write("x");
    await direct.heard("two:x");
    expect(client.text).toBe("");
    clock.advance(1);
    await client.heard("one:");
    while (clock.pending === 0) await new Promise(setImmediate);
    clock.advance(50);
    await client.heard("one:hi");
  });

  it("acts at a byte", async () => {
    proxy.afterBytes(6, () => proxy.freeze());
    const client = connect();
    client.socket.write("hello");
    await client.heard("one:he");
    proxy.thaw();
    await client.heard("one:hello");
  });

  it("moves new connections to another target", async () => {
    const before = connect();
    await before.heard("one:");
    proxy.retarget({ host: "127.0.0.1", port: two.port });
    await connect().heard("two:");
    before.socket.write("x");
    await before.heard("one:x");
  });
});

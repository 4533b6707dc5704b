import { expect, test } from "vitest";
import type { CutReason } from "../../src/transports/port/observer.ts";
import { createPort } from "../../src/transports/port/port.ts";
import { dial, END_HEADERS, FRAME, headerBlock, http2Frame, literal, MAGIC } from "../grpc/frames.ts";
import { cleanUp, soon } from "../grpc/harness.ts";
import { ManualClock } from "../support/manual-clock.ts";

const STREAMS = 500;
const HEAD = headerBlock({
  ":method": "POST",
  ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
  ":scheme": "http",
  ":authority": "localhost",
  "content-type": "application/grpc",
});
/** The first entry of the dynamic table, by one byte (RFC 7541, sections 2.3.3 and 6.1). */
const AGAIN = 0x80 | 62;
const INDEXED = 0x40;
const ENHANCE_YOUR_CALM = 11;

/** A header as a literal that is put into the dynamic table (RFC 7541, section 6.2.1). */
function indexed(name: string, value: string): Buffer {
  const block = literal(name, value);
  block.writeUInt8(INDEXED, 0);
  return block;
}

interface Opened {
  readonly port: number;
  /** Paths, as they were asked for. */
  readonly asked: string[];
  readonly cuts: CutReason[];
}

async function openPort(): Promise<Opened> {
  const asked: string[] = [];
  const cuts: CutReason[] = [];
  const clock = new ManualClock();
  const port = createPort({
    clock,
    log: { debug: () => undefined, warn: () => undefined },
    directStream: (_, headers, origin) => {
      asked.push(`direct ${headers[":path"]} ${origin().address}`);
      return false;
    },
    request: (request, response) => void response.end(`answer to ${request.url}`),
    observer: {
      connectionOpened: () => undefined,
      connectionClosed: () => undefined,
      cut: (reason) => void cuts.push(reason),
    },
  });
  const { port: number } = await port.listen("127.0.0.1", 0);
  cleanUp(async () => {
    const closed = port.close(0);
    clock.advance(0);
    await closed;
  });
  return { port: number, asked, cuts };
}

test.each([
  ["that agreed to no limit", false],
  ["that agreed to ours", true],
])(
  "hundreds of calls that each repeat a long header by a few bytes, from a client %s, cost nothing",
  async (_, agrees) => {
    const { port, asked, cuts } = await openPort();
    const attacker = await dial(port);
    const settings = http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0));
    attacker.socket.write(Buffer.concat([MAGIC, settings]));
    await attacker.seen(({ type, flags }) => type === FRAME.settings && flags === 0);
    if (agrees) attacker.socket.write(http2Frame(FRAME.settings, 1, 0, Buffer.alloc(0)));
    const first = Buffer.concat([HEAD, indexed("x-forwarded-for", "1".repeat(4_000))]);
    const bomb = Buffer.concat([HEAD, Buffer.alloc(100, AGAIN)]);
    attacker.socket.write(http2Frame(FRAME.headers, END_HEADERS, 1, first));
    await soon(() => expect(asked).toHaveLength(1));
    const wire = Array.from({ length: STREAMS }, (_each, index) =>
      http2Frame(FRAME.headers, END_HEADERS, 3 + 2 * index, bomb),
    );
    attacker.socket.write(Buffer.concat(wire));
    // Each is refused, or all of them by the end of the connection.
    let over = false;
    void attacker.closed.then(() => {
      over = true;
    });
    await soon(() => {
      const resets = attacker.frames.filter(
        ({ type, payload }) => type === FRAME.reset && payload.readUInt32BE(0) === ENHANCE_YOUR_CALM,
      );
      expect(over || resets.length === STREAMS).toBe(true);
    });
    expect(asked).toHaveLength(1);
    if (!agrees) {
      expect(cuts).toEqual(Array<CutReason>(STREAMS).fill("too_large"));
      attacker.socket.write(http2Frame(FRAME.headers, END_HEADERS, 3 + 2 * STREAMS, HEAD));
      await soon(() => expect(asked).toHaveLength(2));
    }
    const answer = await fetch(`http://127.0.0.1:${port}/next`);
    expect(await answer.text()).toBe("answer to /next");
  },
);

import fc from "fast-check";
import { test } from "vitest";
import { runs, SEEDS } from "../../property/seeds.ts";
import { syncFlagsHeaders } from "../clients.ts";
import { FRAME, headerBlock, http2Frame, literal, MAGIC } from "../frames.ts";
import { besiege, FUZZ_TIMEOUT_MS, fuzzRuns, goodRequest, SECRET } from "./siege.ts";

const streamId = fc.constantFrom(0, 1, 3, 5, 7, 2, 2 ** 31 - 1);
const flags = fc.oneof(fc.constantFrom(0, 1, 4, 5, 8), fc.integer({ min: 0, max: 255 }));
const payload = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));

const headers = fc
  .record(
    {
      ":path": fc.constantFrom("/", "", "*", "/v1/flags", "/grpc.health.v1.Health/Watch"),
      ":method": fc.constantFrom("GET", "CONNECT", "OPTIONS", "post", ""),
      ":authority": fc.constantFrom("", "a b", "\u00ff", "x:99999"),
      "content-type": fc.constantFrom(
        "",
        "application/grpc-web-text",
        "application/json",
        "application/connect+json",
      ),
      "x-environment-key": fc.constantFrom("", SECRET, "k".repeat(5_000), "a\u0000b"),
      "grpc-timeout": fc.constantFrom("1m", "1n", "nonsense"),
      te: fc.constantFrom("gzip", ""),
      connection: fc.constant("close"),
      Upper: fc.constant("case"),
      expect: fc.constantFrom("100-continue", "200-ok"),
    },
    { requiredKeys: [] },
  )
  .map((more) => headerBlock(syncFlagsHeaders(more)));

/** A call as it should be, and then anything: what is done with a stream that is really open. */
const goodCall = (id: number): Buffer =>
  Buffer.concat([
    http2Frame(FRAME.headers, 4, id, headerBlock(syncFlagsHeaders())),
    http2Frame(FRAME.data, 0, id, goodRequest()),
  ]);

const frame = fc.oneof(
  { weight: 4, arbitrary: streamId.map((id) => goodCall(id)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(headers, flags, streamId)
      .map(([block, flag, id]) => http2Frame(FRAME.headers, flag, id, block)),
  },
  {
    weight: 2,
    arbitrary: streamId.map((id) => http2Frame(FRAME.headers, 5, id, literal("x-trailer", "late"))),
  },
  { weight: 3, arbitrary: streamId.map((id) => http2Frame(FRAME.reset, 0, id, Buffer.from([0, 0, 0, 8]))) },
  {
    weight: 2,
    arbitrary: fc.tuple(flags, streamId).map(([flag, id]) => http2Frame(FRAME.data, flag, id, goodRequest())),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(streamId, fc.constantFrom(0, 1, 2 ** 31 - 1))
      .map(([id, by]) =>
        http2Frame(FRAME.windowUpdate, 0, id, Buffer.from([by >> 24, by >> 16, by >> 8, by])),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 12 }), flags, streamId, payload)
      .map((parts) => http2Frame(...parts)),
  },
  { weight: 1, arbitrary: payload },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 1, 65_535, 2 ** 32 - 1))
      .map(([setting, value]) => {
        const bytes = Buffer.alloc(6);
        bytes.writeUInt16BE(setting, 0);
        bytes.writeUInt32BE(value, 2);
        return http2Frame(FRAME.settings, 0, 0, bytes);
      }),
  },
);

const beginning = fc.constantFrom(
  Buffer.concat([MAGIC, http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0))]),
  Buffer.concat([MAGIC, http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0))]),
  Buffer.concat([MAGIC, http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0))]),
  MAGIC,
  MAGIC.subarray(0, 20),
  Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
);

/** How a connection is left: mid-air, politely, or with nothing said. */
const leaving = fc.constantFrom("reset", "end", "stay");

test.each(SEEDS)(
  "frames in any order, cut anywhere, harm nobody else and leave nothing (%s)",
  async (_name, seed) => {
    const attack = fc.record({
      beginning,
      frames: fc.array(frame, { maxLength: 12 }),
      cut: fc.option(fc.integer({ min: 0, max: 2_000 }), { freq: 3 }),
      pieces: fc.integer({ min: 1, max: 4 }),
      leaving,
    });
    await besiege(attack, runs(seed, fuzzRuns(60)), async (siege, one) => {
      const { socket } = await siege.dial();
      const all = Buffer.concat([one.beginning, ...one.frames]).subarray(0, one.cut ?? undefined);
      const size = Math.ceil(all.length / one.pieces);
      for (let at = 0; at < all.length; at += size) {
        socket.write(all.subarray(at, at + size));
        await new Promise(setImmediate);
      }
      if (one.leaving === "reset") socket.resetAndDestroy();
      if (one.leaving === "end") socket.end();
    });
  },
  FUZZ_TIMEOUT_MS,
);

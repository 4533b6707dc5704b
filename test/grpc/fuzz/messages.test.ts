import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runs, SEEDS } from "../../property/seeds.ts";
import { frameOf, rawCall, serialiseRequest } from "../clients.ts";
import { GOOD_KEY } from "../tiny-board.ts";
import { besiege, FUZZ_TIMEOUT_MS, fuzzRuns, SECRET } from "./siege.ts";

const message = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(serialiseRequest({ selector: SECRET })),
  fc.constant(serialiseRequest({ providerId: GOOD_KEY, selector: "flagSetId=nobody" })),
  fc.string({ maxLength: 50, unit: "binary" }).map((selector) => serialiseRequest({ selector })),
  fc.integer({ min: 1, max: 70_000 }).map((length) => serialiseRequest({ selector: "k".repeat(length) })),
  // A field of another type or number than ours, of any length that it claims.
  fc
    .tuple(
      fc.integer({ min: 0, max: 127 }),
      fc.integer({ min: 0, max: 127 }),
      fc.uint8Array({ maxLength: 20 }),
    )
    .map(([tag, length, rest]) => Buffer.from([tag, length, ...rest])),
);

const framed = fc.oneof(
  message.map((bytes) => frameOf(bytes)),
  fc.tuple(message, fc.integer({ min: 0, max: 255 })).map(([bytes, flag]) => frameOf(bytes, flag)),
  message.map((bytes) => frameOf(gzipSync(bytes), 1)),
  // A length that is not the message's.
  fc.tuple(message, fc.integer({ min: 0, max: 2 ** 32 - 1 })).map(([bytes, length]) => {
    const frame = frameOf(bytes);
    frame.writeUInt32BE(length, 1);
    return frame;
  }),
  fc.tuple(message, fc.integer({ min: 0, max: 300 })).map(([bytes, end]) => frameOf(bytes).subarray(0, end)),
  fc
    .array(message, { minLength: 2, maxLength: 4 })
    .map((all) => Buffer.concat(all.map((bytes) => frameOf(bytes)))),
  fc
    .tuple(message, fc.uint8Array({ minLength: 1, maxLength: 9 }))
    .map((parts) => Buffer.concat([frameOf(parts[0]), parts[1]])),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(frameOf(gzipSync(Buffer.alloc(4 * 1024 * 1024)), 1)),
);

const SERVICE = "/flagd.sync.v1.FlagSyncService";
const path = fc.constantFrom(
  `${SERVICE}/SyncFlags`,
  `${SERVICE}/SyncFlags`,
  `${SERVICE}/SyncFlags`,
  `${SERVICE}/FetchAllFlags`,
  `${SERVICE}/GetMetadata`,
  `${SERVICE}/Nothing`,
  "/grpc.health.v1.Health/Check",
);
const encoding = fc.constantFrom(
  undefined,
  "identity",
  "gzip",
  "br",
  "snappy",
  "",
  "gzip, identity",
  "\u00ff",
);
const contentType = fc.constantFrom(
  "application/grpc",
  "application/grpc+proto",
  "application/grpc+json",
  "application/grpc; x=y",
);
const timeout = fc.constantFrom(
  undefined,
  undefined,
  "1S",
  "0n",
  "-1S",
  "1",
  "99999999H",
  "999999999S",
  "1 S",
  "",
);

/** OK is for FetchAllFlags and Check alone: a stream never ends with it (design decision 2). */
const OK_PATHS = new Set([`${SERVICE}/FetchAllFlags`, "/grpc.health.v1.Health/Check"]);

test.each(SEEDS)(
  "gRPC calls with any message get a status and a reason that fit (%s)",
  async (_name, seed) => {
    const request = fc.record({ framed, path, encoding, contentType, timeout });
    await besiege(request, runs(seed, fuzzRuns(100)), async ({ honest }, call) => {
      const { headers, trailers } = await rawCall(honest, call.framed, {
        ":path": call.path,
        "content-type": call.contentType,
        ...(call.encoding === undefined ? {} : { "grpc-encoding": call.encoding }),
        ...(call.timeout === undefined ? {} : { "grpc-timeout": call.timeout }),
        // What is well-formed would go on for ever.
        "x-environment-key": SECRET,
      });
      const status = headers["grpc-status"] ?? trailers["grpc-status"];
      if (Number(headers[":status"]) === 415) return;
      expect(Number(headers[":status"])).toBe(200);
      expect(status).toMatch(OK_PATHS.has(call.path) ? /^(\d|1[0-6])$/ : /^([1-9]|1[0-6])$/);
      const reason = decodeURIComponent(String(headers["grpc-message"] ?? trailers["grpc-message"] ?? ""));
      if (status !== "0") expect(reason.length).toBeGreaterThan(5);
      expect(reason).not.toContain(SECRET);
    });
  },
  FUZZ_TIMEOUT_MS,
);

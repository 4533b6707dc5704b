import { type ClientHttp2Session, constants } from "node:http2";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect } from "vitest";
import { frameOf, openRaw, rawSession, roundTrip, serialiseRequest } from "../clients.ts";
import { dial, type RawConnection } from "../frames.ts";
import { type Served, serveBoard, soon } from "../harness.ts";
import { GOOD_KEY, revisionOf } from "../tiny-board.ts";

/** How often each property runs, times a factor for a longer run: `FUZZ=20`. */
export const fuzzRuns = (usual: number): number => usual * Number(process.env.FUZZ ?? 1);

/** Bytes that may be in use after hundreds of attacks and were not before: what the test and its runner keep. */
const MEMORY_MARGIN_BYTES = 20 * 1024 * 1024;

/** Milliseconds for a test of many runs. */
export const FUZZ_TIMEOUT_MS = 60_000 * Number(process.env.FUZZ ?? 1);

/** A key that is good at no server; it must be in no log either. */
export const SECRET = "ser.secret-of-the-fuzzer-93af";

/** A served board under attack, with an honest client beside. */
export interface Siege {
  readonly served: Served;
  readonly port: number;
  readonly honest: ClientHttp2Session;
  /** A connection for one case; see {@link Siege.after}. */
  dial(): Promise<RawConnection>;
  /**
   * What must hold after each case: an honest client's stream is answered, and of the attacker nothing is left: no connection,
   * follower, or timer of a stream; no key was logged.
   */
  after(): Promise<void>;
}

/** Serves a board for many cases. */
async function beginSiege(): Promise<Siege> {
  const served = await serveBoard({
    port: { pings: { intervalMs: 30_000, timeoutMs: 20_000, random: () => 0.5 } },
  });
  const expected = served.board.publish(revisionOf("for honest clients")).document.frame();
  const port = Number(served.address.split(":")[1]);
  const honest = rawSession(served.url);
  await new Promise((resolve) => honest.once("connect", resolve));
  const attackers: RawConnection[] = [];
  return {
    served,
    port,
    honest,
    dial: async () => {
      const connection = await dial(port);
      attackers.push(connection);
      return connection;
    },
    async after() {
      for (const { socket } of attackers.splice(0)) socket.destroy();
      expect(honest.closed).toBe(false);
      const stream = openRaw(honest);
      const first = await new Promise<Buffer>((resolve, reject) =>
        stream.once("data", resolve).once("error", reject),
      );
      expect(first.equals(expected)).toBe(true);
      // Of some faults Node tells nothing: nghttp2 ends the session by itself, and neither bytes nor the connection's end are
      // read any more. Such a connection goes because it answers no ping, or was idle for long.
      await soon(async () => {
        if (served.connections() > 1) {
          served.portClock.advance(1_000);
          await roundTrip(honest);
          await roundTrip(honest);
        }
        expect(served.connections()).toBe(1);
      });
      stream.on("error", () => undefined).close(constants.NGHTTP2_CANCEL);
      await soon(() => {
        expect(served.board.followers).toBe(0);
        expect(served.clock.pending).toBe(0);
      });
      for (const line of served.log.splice(0)) {
        expect(line).not.toContain(GOOD_KEY);
        expect(line).not.toContain(SECRET);
      }
      expect(served.warnings).toEqual([]);
      served.observed.length = 0;
      served.written.length = 0;
      served.cuts.length = 0;
      served.board.asked.length = 0;
      served.board.unfollowed = 0;
    },
  };
}

/**
 * Runs one attack after another against one server, and looks after each; at the end, whether memory was kept. After a failure
 * a new server takes over, so that a smaller counter-example is found by what it does alone.
 */
export async function besiege<Case>(
  cases: fc.Arbitrary<Case>,
  parameters: fc.Parameters<unknown>,
  attack: (siege: Siege, one: Case) => Promise<void>,
): Promise<void> {
  let siege = await beginSiege();
  const atFirst = bytesInUse();
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      try {
        await attack(siege, one);
        await siege.after();
      } catch (thrown) {
        siege = await beginSiege();
        throw thrown;
      }
    }),
    parameters as fc.Parameters<[Case]>,
  );
  expect(bytesInUse() - atFirst).toBeLessThan(MEMORY_MARGIN_BYTES);
}

/** Bytes in use after a collection of all that can be collected. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The request that a key is good for. */
export const goodRequest = (): Buffer => frameOf(serialiseRequest({ selector: GOOD_KEY }));

import { keyHeader, unknownKeyLike } from "../../src/conformance/keys.ts";
import type { Profile } from "../../src/conformance/levels.ts";
import { chosen } from "../../src/conformance/requirements.ts";
import { DEFAULT_TIMING, type Settings } from "../../src/conformance/settings.ts";
import { type Result, runSuite } from "../../src/conformance/suite.ts";
import { systemClock } from "../../src/support/clock.ts";
import { GOOD_KEY, KNOWN_BUT_REFUSED_KEY } from "./server/place.ts";
import { startSyncServer } from "./server/server.ts";

/** Short where the suite waits for nothing to come, long where something has to. */
export const TIMING: Settings["timing"] = {
  ...DEFAULT_TIMING,
  answerWithinMs: 15_000,
  firstMessageMs: 1_000,
  quietMs: 30,
  idleMs: 100,
  pingIntervalMs: 20,
  deadlineMs: 200,
};

/** A server to check, and how. */
export interface CheckWish {
  /** The requirement that it breaks. */
  readonly fault?: string;
  readonly profile?: Profile;
  readonly timing?: Partial<Settings["timing"]>;
  readonly only?: readonly string[];
}

/** Runs the whole suite against a server of its own, with all hooks. */
export async function checkServer({
  fault,
  profile = "any",
  timing,
  only = [],
}: CheckWish = {}): Promise<Result[]> {
  const times = { ...TIMING, ...timing };
  const server = await startSyncServer({
    fault,
    manner: profile === "flagd" ? "flagd" : "flagsmith-flagd",
    times: { lateMs: 1.5 * times.firstMessageMs, reapedAfterMs: times.idleMs / 2 },
  });
  const header = (key: string) => keyHeader("authorization", key);
  try {
    return await runSuite(chosen({ profile, level: "may", only }), {
      target: { host: "127.0.0.1", port: server.port, tls: undefined },
      httpTarget: { host: "127.0.0.1", port: server.httpPort, tls: undefined },
      credentials: header(GOOD_KEY),
      unknownCredentials: header(unknownKeyLike(GOOD_KEY)),
      refusedCredentials: header(KNOWN_BUT_REFUSED_KEY),
      selector: undefined,
      unknownSelector: "flagSetId=conformance-no-such-set",
      profile,
      timing: times,
      hooks: {
        change: () => server.change(),
        noOp: () => server.writeAgain(),
        drain: () => server.drain(),
        restart: () => server.restart(),
      },
      clock: systemClock,
    });
  } finally {
    await server.close();
  }
}

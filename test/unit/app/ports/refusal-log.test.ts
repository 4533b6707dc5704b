import { expect, it } from "vitest";
import { RefusalLog } from "../../../../src/app/ports/refusal-log.ts";
import type { AccessDecision, RefusalReason, RequestCredentials } from "../../../../src/model/access.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

function from(address: string): RequestCredentials {
  return {
    environmentKeyHeader: "ser.secret-of-somebody",
    authorizationHeader: undefined,
    selectorHeader: undefined,
    selectorField: undefined,
    providerId: undefined,
    origin: { address, encrypted: false, certificateNames: [] },
  };
}

const refused = (reason: RefusalReason): AccessDecision => ({ granted: false, reason, message: "" });

function open() {
  const lines: string[] = [];
  const clock = new ManualClock();
  const log = new RefusalLog(clock, {
    info: (fields, text) => void lines.push(`${text} ${JSON.stringify(fields)}`),
  });
  return { lines, clock, log };
}

it("tells of an address and a reason once a minute, with how often it came meanwhile", () => {
  const { lines, clock, log } = open();
  log.decided(from("10.0.0.1"), { granted: true, environmentId: 1, keyHash: "", lastFour: "" });
  for (let count = 0; count < 4; count += 1) log.decided(from("10.0.0.1"), refused("unknown_key"));
  log.decided(from("10.0.0.2"), refused("unknown_key"));
  log.decided(from("10.0.0.1"), refused("missing_key"));
  clock.advance(60_000);
  log.decided(from("10.0.0.1"), refused("unknown_key"));
  expect(lines).toEqual([
    'a request for flags was refused {"peer":"10.0.0.1","reason":"unknown_key"}',
    'a request for flags was refused {"peer":"10.0.0.2","reason":"unknown_key"}',
    'a request for flags was refused {"peer":"10.0.0.1","reason":"missing_key"}',
    'a request for flags was refused {"peer":"10.0.0.1","reason":"unknown_key","alsoSinceLastTold":3}',
  ]);
});

it("falls silent when more addresses come than are worth a line, and speaks again later", () => {
  const { lines, clock, log } = open();
  for (let peer = 0; peer < 5_000; peer += 1) log.decided(from(`10.1.${peer}`), refused("unknown_key"));
  expect(lines).toHaveLength(1_000);
  clock.advance(120_000);
  log.decided(from("10.2.0.1"), refused("unknown_key"));
  expect(lines).toHaveLength(1_001);
});

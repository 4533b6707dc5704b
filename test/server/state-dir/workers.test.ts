import { afterEach, beforeEach, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { type RunningCli, startCli } from "../../cli/run-cli.ts";
import { freePort } from "../../support/free-port.ts";
import { eventually, follow, type SeenDocument } from "../harness.ts";
import { openPlace, type Place } from "./place.ts";

const FLAG = "maintenance_mode";
const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";

let place: Place;
let cli: RunningCli | undefined;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(async () => {
  cli?.child.kill("SIGKILL");
  await cli?.ended;
  await place.remove();
});

it("two workers that share a state directory start during an outage, and bring the changes after it", {
  timeout: 90_000,
}, async () => {
  const server = await place.start();
  await place.stop(server);
  await place.postgres.halt();
  const port = await freePort();
  cli = startCli(["start"], {
    WORKERS: "2",
    DATABASE_URL: place.postgres.url,
    STATE_DIR: place.path,
    HOST: "127.0.0.1",
    SYNC_PORT: port,
    MANAGEMENT_PORT: "0",
  });
  let err = "";
  cli.child.stderr?.on("data", (text: string) => {
    err += text;
  });
  await eventually(() => (err.match(/"a worker serves"/g)?.length === 2 ? true : undefined));
  const streams = Array.from({ length: 4 }, () => follow(`127.0.0.1:${port}`, DEMO_KEYS.development));
  await Promise.all(streams.map((stream) => stream.until((document) => !isOn(document))));
  await place.postgres.resume();
  await toggleFlag(place.database, { flag: FLAG, environmentKey: DEMO_KEYS.development });
  await Promise.all(streams.map((stream) => stream.until(isOn)));
  for (const stream of streams) {
    expect(stream.arrivals).toHaveLength(2);
    stream.close();
  }
  cli.child.kill("SIGTERM");
  expect((await cli.ended).code).toBe(0);
  expect(place.files()).toEqual(["directory.state", "environment-1.state", "environment-2.state"]);
});

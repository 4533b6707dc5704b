import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { StateDirectory } from "../../../src/state/state-directory.ts";
import { systemClock } from "../../../src/support/clock.ts";
import { eventually, follow, type SeenDocument } from "../harness.ts";
import { logged, metric, openPlace, type Place } from "./place.ts";

const FLAG = "maintenance_mode";
const DEVELOPMENT = { flag: FLAG, environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);

/** A file system of 256 KB, where this process may mount one. */
function mountSmall(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a server that keeps its state", { timeout: 90_000 }, () => {
  let place: Place;
  beforeEach(async () => {
    place = await openPlace();
  });
  afterEach(() => place.remove());

  const kept = async (): Promise<SeenDocument | undefined> => {
    const refused: object[] = [];
    const state = new StateDirectory({
      path: place.path,
      clock: systemClock,
      onRefused: (file) => void refused.push(file),
    });
    const { hostname, port } = new URL(place.postgres.url);
    const expected = { target: `${hostname}:${port}/postgres`, installation: undefined };
    const saved = await state.loadDocument(place.sample.developmentId, expected);
    expect(refused).toEqual([]);
    return saved && JSON.parse(saved.bytes.toString());
  };
  const untilKept = (condition: (document: SeenDocument) => boolean): Promise<true> =>
    eventually(async () => {
      const document = await kept();
      return document !== undefined && condition(document) ? true : undefined;
    });

  it("keeps every change soon after it was pushed", async () => {
    const server = await place.start();
    await untilKept(isOff);
    await toggleFlag(place.database, DEVELOPMENT);
    await untilKept(isOn);
    expect(place.files()).toEqual(["directory.state", "environment-1.state", "environment-2.state"]);
    expect(await metric(server, "flagsmith_flagd_state_failing")).toBe(0);
  });

  it("pushes on when it cannot write, says so once, and keeps everything when it can again", async () => {
    const server = await place.start();
    await untilKept(isOff);
    renameSync(place.path, `${place.path}-away`);
    writeFileSync(place.path, "no folder");
    const stream = follow(server.address, DEMO_KEYS.development);
    for (const [count, condition] of [isOn, isOff, isOn].entries()) {
      await toggleFlag(place.database, DEVELOPMENT);
      await stream.until(condition, count + 1);
      await eventually(async () =>
        (await metric(server, "flagsmith_flagd_state_failing")) === 1 ? true : undefined,
      );
    }
    expect(logged(server, /STATE_UNWRITABLE/)).toHaveLength(1);
    rmSync(place.path);
    await untilKept(isOn);
    await eventually(() => (logged(server, /kept in STATE_DIR again/).length > 0 ? true : undefined));
    stream.close();
  });

  it("starts and serves where nothing can be kept", async () => {
    mkdirSync(join(place.path, ".."), { recursive: true });
    writeFileSync(place.path, "no folder");
    const server = await place.start();
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(isOff);
    await eventually(() => (logged(server, /STATE_UNWRITABLE/).length === 1 ? true : undefined));
    stream.close();
  });

  it("is not kept from serving by a full disk", async ({ skip }) => {
    mkdirSync(place.path, { mode: 0o700 });
    if (!mountSmall(place.path)) skip("this process may not mount");
    try {
      const server = await place.start();
      await untilKept(isOff);
      const ballast = join(place.path, "ballast");
      expect(() => writeFileSync(ballast, Buffer.alloc(1_000_000))).toThrow(/ENOSPC/);
      const stream = follow(server.address, DEMO_KEYS.development);
      await toggleFlag(place.database, DEVELOPMENT);
      await stream.until(isOn);
      await eventually(() => (logged(server, /STATE_UNWRITABLE.*ENOSPC/).length === 1 ? true : undefined));
      expect(isOff((await kept()) as SeenDocument)).toBe(true);
      rmSync(ballast);
      await untilKept(isOn);
      stream.close();
      await place.stop(server);
    } finally {
      execFileSync("umount", [place.path]);
    }
  });

  it("shares the directory with other replicas: always whole files, and at the end the newest", async () => {
    const servers = [await place.start(), await place.start(), await place.start()];
    await untilKept(isOff);
    for (let count = 0; count < 10; count++) {
      await toggleFlag(place.database, DEVELOPMENT);
      for (let look = 0; look < 5; look++) expect(await kept()).toBeDefined();
    }
    await toggleFlag(place.database, DEVELOPMENT);
    const streams = servers.map((server) => follow(server.address, DEMO_KEYS.development));
    await Promise.all(streams.map((stream) => stream.until(isOn)));
    for (const stream of streams) stream.close();
    await untilKept(isOn);
    await Promise.all(servers.map((server) => place.stop(server)));
    await untilKept(isOn);
    expect(place.files()).toEqual(["directory.state", "environment-1.state", "environment-2.state"]);
  });
});

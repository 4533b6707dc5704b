import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SaveOutcome, StateDirectory } from "../../../src/state/state-directory.ts";
import { StateKeeper } from "../../../src/state/state-keeper.ts";
import { eventually } from "../../server/harness.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { directoryOf, entryOf, ORIGIN, openState, revisionOf, temporaryFolder } from "./saved.ts";

describe("a keeper of the state", () => {
  let clock: ManualClock;
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let state: StateDirectory;
  let keeper: StateKeeper;
  let outcomes: SaveOutcome[];
  let told: string[];
  let waiting = 0;
  beforeEach(async () => {
    clock = new ManualClock();
    folder = temporaryFolder();
    path = join(folder.path, "state");
    ({ state } = await openState(path, clock));
    outcomes = [];
    told = [];
    keeper = new StateKeeper({
      directory: state,
      target: ORIGIN.target,
      clock,
      random: () => 1,
      events: {
        onSaved: (outcome) => void outcomes.push(outcome),
        onTrouble: () => void told.push("trouble"),
        onRecovered: () => void told.push("recovered"),
        onInTheWay: (file) => void told.push(`in the way: ${file}`),
        onWaiting: (count) => {
          waiting = count;
        },
      },
    });
    keeper.environments(directoryOf([entryOf(1), entryOf(2), entryOf(3)]));
    await keeper.settled();
    outcomes = [];
  });
  afterEach(() => folder.remove());
  const flagOf = async (environmentId: number): Promise<string | undefined> =>
    /"flags":\{"(\w+)"/.exec((await state.loadDocument(environmentId, ORIGIN))?.bytes.toString() ?? "")?.[1];

  it("writes nothing at once, and of many changes only the last", async () => {
    for (let count = 0; count < 50; count++) keeper.document(revisionOf(1, `flag${count}`), 1_000 + count);
    expect(readdirSync(path)).toEqual(["directory.state"]);
    clock.advance(100);
    await eventually(() => (waiting === 0 ? true : undefined));
    expect(outcomes).toEqual(["saved"]);
    expect(await flagOf(1)).toBe("flag49");
  });

  it("writes what came while it was writing", async () => {
    const first = revisionOf(1, "one");
    keeper.document(
      {
        ...first,
        get bytes() {
          keeper.document(revisionOf(1, "two"), 2_000);
          return first.bytes;
        },
      },
      1_000,
    );
    clock.advance(100);
    await eventually(() => (clock.pending > 0 ? true : undefined));
    expect(await flagOf(1)).toBe("one");
    clock.advance(100);
    await eventually(async () => ((await flagOf(1)) === "two" ? true : undefined));
  });

  it("keeps the directory, and of the documents those that are served", async () => {
    keeper.document(revisionOf(1, "one"), 1_000);
    keeper.document(revisionOf(2, "one"), 1_000);
    keeper.document(revisionOf(4, "one"), 1_000);
    await keeper.settled();
    expect(readdirSync(path).sort()).toEqual([
      "directory.state",
      "environment-1.state",
      "environment-2.state",
    ]);
    keeper.document(revisionOf(2, "two"), 2_000);
    keeper.environments(directoryOf([entryOf(1), entryOf(2, { obstacle: "project_not_enabled" })], 2_000));
    await keeper.settled();
    expect(readdirSync(path).sort()).toEqual(["directory.state", "environment-1.state"]);
    expect((await state.loadDirectory(ORIGIN))?.entries[1]?.obstacle).toBe("project_not_enabled");
  });

  it("says once that it cannot write, goes on trying, and makes up for it", async () => {
    renameSync(path, `${path}-away`);
    writeFileSync(path, "no folder");
    keeper.document(revisionOf(1, "one"), 1_000);
    for (let attempt = 0; attempt < 4; attempt++) {
      await eventually(() => (clock.pending > 0 ? true : undefined));
      clock.advance(30_000);
    }
    await eventually(() => (clock.pending > 0 ? true : undefined));
    expect(told).toEqual(["trouble"]);
    rmSync(path);
    keeper.document(revisionOf(1, "two"), 2_000);
    clock.advance(30_000);
    await eventually(() => (told.length === 2 ? true : undefined));
    expect(told).toEqual(["trouble", "recovered"]);
    expect(await flagOf(1)).toBe("two");
  });

  it("tries again later and later", async () => {
    rmSync(path, { recursive: true });
    writeFileSync(path, "no folder");
    keeper.document(revisionOf(1, "one"), 1_000);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await eventually(() => (clock.pending > 0 ? true : undefined));
      delays.push(clock.delays[0] ?? 0);
      clock.advance(clock.delays[0] ?? 0);
    }
    expect(delays).toEqual([100, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("does not let one file that cannot be written keep the others from being", async () => {
    mkdirSync(join(path, "environment-1.state"));
    for (const id of [1, 2, 3]) keeper.document(revisionOf(id, "one"), 1_000);
    for (let attempt = 0; attempt < 2; attempt++) {
      await eventually(() => (clock.pending > 0 ? true : undefined));
      clock.advance(30_000);
    }
    await eventually(() => (waiting === 1 && clock.pending > 0 ? true : undefined));
    expect(await flagOf(2)).toBe("one");
    expect(await flagOf(3)).toBe("one");
  });

  it("says once what stands in its way", async () => {
    writeFileSync(join(path, "environment-1.state"), "flagsmith-flagd-state 2 x\n", { mode: 0o600 });
    for (const flag of ["one", "two"]) {
      keeper.document(revisionOf(1, flag), 1_000);
      await keeper.settled();
    }
    expect(outcomes).toEqual(["refused", "refused"]);
    expect(told).toEqual(["in the way: environment 1"]);
  });

  it("moves aside what another installation left, before it writes", async () => {
    keeper.document(revisionOf(1, "one"), 1_000);
    await keeper.settled();
    keeper.environments({ ...directoryOf([entryOf(1)], 2_000), installation: "second" });
    keeper.document(revisionOf(1, "two"), 2_000);
    await keeper.settled();
    const second = { ...ORIGIN, installation: "second" };
    expect((await state.loadDocument(1, second))?.bytes.toString()).toContain('"two"');
    expect(readdirSync(path).filter((name) => name.includes(".rejected-"))).toHaveLength(2);
  });

  it("writes what waits when it is closed, and takes no more", async () => {
    keeper.document(revisionOf(1, "one"), 1_000);
    await keeper.close();
    expect(await flagOf(1)).toBe("one");
    keeper.document(revisionOf(1, "two"), 2_000);
    clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });
});

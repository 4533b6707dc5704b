import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RefusedFile, StateDirectory } from "../../../src/state/state-directory.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { directoryOf, entryOf, ORIGIN, openState, revisionOf, temporaryFolder } from "./saved.ts";

const isRoot = process.geteuid?.() === 0;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("a state directory", () => {
  const clock = new ManualClock();
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let state: StateDirectory;
  let refused: RefusedFile[];
  beforeEach(async () => {
    folder = temporaryFolder();
    path = join(folder.path, "a", "state");
    ({ state, refused } = await openState(path, clock));
  });
  afterEach(() => folder.remove());

  const save = (environmentId: number, flag: string, readAtMs: number, versionMs = readAtMs) => {
    const revision = revisionOf(environmentId, flag, versionMs);
    return state.saveDocument(ORIGIN, { ...revision, readAtMs }, () => revision);
  };
  const asideOf = (name: string): string[] =>
    readdirSync(path).filter((file) => file.startsWith(`${name}.rejected-`));

  it("is for this user alone, and so is each file", async () => {
    await save(1, "one", 1_000);
    await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1)]));
    expect(modeOf(path)).toBe("700");
    expect(modeOf(join(folder.path, "a"))).toBe("700");
    expect(readdirSync(path).sort()).toEqual(["directory.state", "environment-1.state"]);
    for (const name of readdirSync(path)) expect(modeOf(join(path, name))).toBe("600");
  });

  it("gives back documents byte for byte, with what diagnostics need", async () => {
    const revision = revisionOf(1, "one", 5_000);
    await state.saveDocument(ORIGIN, { ...revision, readAtMs: 6_000 }, () => revision);
    expect(await state.loadDocument(1, ORIGIN)).toEqual({
      environmentId: 1,
      projectId: 1,
      flagSetId: "shop/env-1",
      hash: revision.hash,
      versionMs: 5_000,
      readAtMs: 6_000,
      findings: revision.findings,
      bytes: revision.bytes,
    });
    expect(await state.loadDocument(2, ORIGIN)).toBeUndefined();
    expect(refused).toEqual([]);
  });

  it("gives back the directory with hashes, expiry, obstacles and settings, but no character of a key", async () => {
    const entries = [
      entryOf(1),
      entryOf(2, { obstacle: "organisation_stopped" }),
      entryOf(3, { creating: true }),
    ];
    await state.saveDirectory(ORIGIN.target, directoryOf(entries, 4_000));
    const loaded = await state.loadDirectory(ORIGIN);
    const withoutTails = entries.map((entry) => ({
      ...entry,
      keys: entry.keys.map((key) => ({ ...key, lastFour: "…" })),
    }));
    expect(loaded).toEqual({ ...directoryOf(withoutTails, 4_000) });
  });

  it("replaces a document only by one from a later reading, and not by an equal one", async () => {
    expect(await save(1, "one", 2_000)).toBe("saved");
    expect(await save(1, "one", 3_000, 2_000)).toBe("unchanged");
    expect(await save(1, "older", 1_000)).toBe("outdated");
    expect((await state.loadDocument(1, ORIGIN))?.bytes.toString()).toContain('"one"');
    expect(await save(1, "newer", 2_500)).toBe("saved");
    expect((await state.loadDocument(1, ORIGIN))?.bytes.toString()).toContain('"newer"');
    const revision = revisionOf(1, "newer", 2_500);
    const never = (): never => expect.unreachable("the content of an unchanged document was asked for");
    expect(await state.saveDocument(ORIGIN, { ...revision, readAtMs: 9_000 }, never)).toBe("unchanged");
  });

  it("gives a document or directory of another database to nobody, also if it came later", async () => {
    await save(1, "one", 1_000);
    await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1)]));
    const other = { ...ORIGIN, installation: "second" };
    expect(await state.loadDocument(1, other)).toBeUndefined();
    expect(await state.loadDirectory(other)).toBeUndefined();
    expect(refused.map(({ code }) => code)).toEqual(["STATE_FOREIGN", "STATE_FOREIGN"]);
  });

  it("writes an unchanged directory anew only when its moment is no longer near", async () => {
    const outcomes = [];
    for (const readAtMs of [1_000, 10_999, 11_000]) {
      outcomes.push(await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1)], readAtMs)));
    }
    expect(outcomes).toEqual(["saved", "unchanged", "saved"]);
    expect((await state.loadDirectory(ORIGIN))?.readAtMs).toBe(11_000);
  });

  it("removes the documents of environments that are no longer served, and nothing else", async () => {
    await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1)]));
    for (const id of [1, 2, 31]) await save(id, "one", 1_000);
    writeFileSync(join(path, "notes.txt"), "");
    await state.removeDocumentsExcept(new Set([1]));
    expect(readdirSync(path).sort()).toEqual(["directory.state", "environment-1.state", "notes.txt"]);
  });

  it("removes what a killed writer left, but not what a living one is writing", async () => {
    const [old, young] = [join(path, ".environment-1.state.a.tmp"), join(path, ".environment-1.state.b.tmp")];
    for (const file of [old, young]) writeFileSync(file, "half");
    utimesSync(old, clock.now() / 1_000 - 601, clock.now() / 1_000 - 601);
    utimesSync(young, clock.now() / 1_000, clock.now() / 1_000);
    await state.prepare();
    expect(readdirSync(path)).toEqual([".environment-1.state.b.tmp"]);
  });

  describe("moves aside, reports and never gives", () => {
    const spoil: Readonly<Record<string, readonly [string, (file: string) => void]>> = {
      "a changed file": [
        "STATE_CORRUPT",
        (file) => writeFileSync(file, `${readFileSync(file, "latin1")}x`, "latin1"),
      ],
      "a cut file": ["STATE_CORRUPT", (file) => writeFileSync(file, readFileSync(file).subarray(0, 200))],
      "an empty file": ["STATE_CORRUPT", (file) => writeFileSync(file, "")],
      "a file of a later release": [
        "STATE_NEWER",
        (file) => writeFileSync(file, "flagsmith-flagd-state 2 x\n"),
      ],
      "a file that others may read": ["STATE_UNSAFE", (file) => chmodSync(file, 0o604)],
      "a file that the group may write": ["STATE_UNSAFE", (file) => chmodSync(file, 0o620)],
    };
    it.each(Object.keys(spoil))("%s; the others are given", async (what) => {
      const [code, work] = spoil[what] ?? [];
      for (const id of [1, 2]) await save(id, "one", 1_000);
      await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1), entryOf(2)]));
      work?.(join(path, "environment-1.state"));
      expect(await state.loadDocument(1, ORIGIN)).toBeUndefined();
      expect(refused).toMatchObject([{ file: "environment-1.state", code }]);
      expect(asideOf("environment-1.state")).toEqual([refused[0]?.movedTo]);
      expect(await state.loadDocument(2, ORIGIN)).toBeDefined();
      work?.(join(path, "directory.state"));
      expect(await state.loadDirectory(ORIGIN)).toBeUndefined();
      expect(refused.at(-1)).toMatchObject({ file: "directory.state", code });
    });

    it("a link, even to a good file", async () => {
      await save(2, "one", 1_000);
      symlinkSync(join(path, "environment-2.state"), join(path, "environment-1.state"));
      expect(await state.loadDocument(1, ORIGIN)).toBeUndefined();
      expect(refused).toMatchObject([{ code: "STATE_UNSAFE" }]);
    });

    it("a good file under the name of another environment", async () => {
      await save(2, "one", 1_000);
      writeFileSync(join(path, "environment-1.state"), readFileSync(join(path, "environment-2.state")), {
        mode: 0o600,
      });
      expect(await state.loadDocument(1, ORIGIN)).toBeUndefined();
      expect(refused).toMatchObject([{ file: "environment-1.state", code: "STATE_CORRUPT" }]);
    });

    it.runIf(isRoot)("a file of another user", async () => {
      await save(1, "one", 1_000);
      chownSync(join(path, "environment-1.state"), 65_534, 65_534);
      expect(await state.loadDocument(1, ORIGIN)).toBeUndefined();
      expect(refused).toMatchObject([{ code: "STATE_UNSAFE" }]);
    });

    it.each([
      [
        "another address, as far as can be told while it is away",
        { target: "other:5432/flagsmith", installation: undefined },
      ],
      ["another installation at the same address", { ...ORIGIN, installation: "second" }],
    ])("all that came from %s", async (_, expected) => {
      await save(1, "one", 1_000);
      await state.saveDirectory(ORIGIN.target, directoryOf([entryOf(1)]));
      await state.refuseForeign(expected);
      expect(refused.map(({ file, code }) => [file, code]).sort()).toEqual([
        ["directory.state", "STATE_FOREIGN"],
        ["environment-1.state", "STATE_FOREIGN"],
      ]);
      expect(readdirSync(path).every((name) => name.includes(".rejected-"))).toBe(true);
    });
  });

  it("believes an installation that moved to another address, and one that cannot be asked at the same address", async () => {
    await save(1, "one", 1_000);
    expect(await state.loadDocument(1, { ...ORIGIN, target: "elsewhere:5432/flagsmith" })).toBeDefined();
    expect(await state.loadDocument(1, { ...ORIGIN, installation: undefined })).toBeDefined();
    expect(
      await state.loadDocument(1, { target: "elsewhere:5432/x", installation: undefined }),
    ).toBeUndefined();
  });

  it("does not replace a file of another installation or of a later release", async () => {
    await save(1, "one", 1_000);
    const revision = revisionOf(1, "two");
    const other = { ...ORIGIN, installation: "second" };
    expect(await state.saveDocument(other, { ...revision, readAtMs: 9_000 }, () => revision)).toBe("refused");
    writeFileSync(join(path, "environment-1.state"), "flagsmith-flagd-state 2 x\n");
    expect(await save(1, "two", 9_000)).toBe("refused");
  });

  it("replaces a file that could not be served", async () => {
    writeFileSync(join(path, "environment-1.state"), "nothing of ours", { mode: 0o600 });
    expect(await save(1, "one", 1_000)).toBe("saved");
    chmodSync(join(path, "environment-1.state"), 0o644);
    expect(await save(1, "one", 1_000)).toBe("saved");
    expect(modeOf(join(path, "environment-1.state"))).toBe("600");
  });

  it.each([0o755, 0o770, 0o711])("is refused with mode %o, in words that say what to do", async (mode) => {
    chmodSync(path, mode);
    await expect(state.prepare()).rejects.toMatchObject({
      code: "STATE_UNSAFE",
      message: expect.stringMatching(/must have mode 0700 and belong to the user of this process/),
    });
  });

  it.runIf(isRoot)("is refused if it belongs to somebody else", async () => {
    chownSync(path, 65_534, 65_534);
    await expect(state.prepare()).rejects.toMatchObject({ code: "STATE_UNSAFE" });
  });

  it("leaves no temporary file when it cannot write", async () => {
    mkdirSync(join(path, "environment-1.state"));
    await expect(save(1, "one", 1_000)).rejects.toThrow();
    expect(readdirSync(path)).toEqual(["environment-1.state"]);
  });
});

import { describe, expect, it } from "vitest";
import { Followers } from "../../../../src/app/status/followers.ts";
import { RecentChanges } from "../../../../src/app/status/recent-changes.ts";
import { canonicalJson } from "../../../../src/model/canonical-json.ts";
import type { Revision } from "../../../../src/model/revision.ts";
import { keepDocument } from "../../../../src/publish/kept-document.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

/** A revision with one flag of this value; `content` in place of the whole document. */
function revision(value: string, content?: string): Revision {
  const flag = { state: "ENABLED", variants: { on: value }, defaultVariant: "on" };
  const document = keepDocument(content ?? canonicalJson({ flags: { banner: flag }, metadata: {} }));
  return {
    environmentId: 1,
    projectId: 1,
    flagSetId: "p/e",
    hash: value,
    version: "",
    versionMs: 0,
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
}

function recentChanges() {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  return { clock, warnings, changes: new RecentChanges({ clock, onChange: () => undefined, log }) };
}

describe("RecentChanges", () => {
  it("knows how many revisions came after one", () => {
    const { changes } = recentChanges();
    const [one, two, three] = [revision("1"), revision("2"), revision("3")];
    changes.published(two, one, 0);
    changes.published(three, two, 0);
    expect(["1", "2", "3"].map((hash) => changes.shownAfter(1, hash))).toEqual([2, 1, undefined]);
    expect(changes.shownAfter(2, "1")).toBeUndefined();
  });

  it("compares what came in one moment as one, later and not at once", () => {
    const { clock, changes } = recentChanges();
    const [one, two, three] = [revision("1"), revision("2"), revision("3")];
    changes.published(two, one, 5);
    changes.published(three, two, 5);
    expect(changes.list().map(({ diff }) => diff)).toEqual(["pending", "joined"]);
    clock.advance(150);
    expect(changes.list().map(({ diff, flagCount }) => [diff, flagCount])).toEqual([
      ["ready", 1],
      ["joined", 0],
    ]);
    expect(changes.list()[0]?.flags[0]).toMatchObject({ flag: "banner", before: '"1"', after: '"3"' });
    expect(clock.delays).toEqual([]);
  });

  it("remembers the last hundred, and when each was replaced", () => {
    const { clock, changes } = recentChanges();
    for (let count = 0; count < 150; count += 1) {
      changes.published(revision(String(count + 1)), revision(String(count)), 0);
      clock.advance(1_000);
    }
    expect(changes.list()).toHaveLength(100);
    expect([changes.list()[0]?.to, changes.list()[99]?.to]).toEqual(["150", "51"]);
    expect(changes.replacedAt(1, "149")).toBe(changes.list()[0]?.at);
    expect(changes.replacedAt(1, "10")).toBeUndefined();
    expect(changes.replacedAt(2, "149")).toBeUndefined();
  });

  it("goes on when documents cannot be compared, and says so", () => {
    const { clock, changes, warnings } = recentChanges();
    changes.published(revision("2"), revision("1", "no document"), 0);
    clock.advance(150);
    expect(changes.list()[0]?.diff).toBe("failed");
    expect(warnings).toHaveLength(1);
  });

  it("tells why only of the newest, and once", () => {
    const { changes } = recentChanges();
    changes.account(1, { causes: ["change"], propagationMs: 1, latenessMs: null });
    changes.published(revision("2"), revision("1"), 0);
    changes.account(1, { causes: ["change"], propagationMs: 7, latenessMs: null });
    changes.account(1, { causes: ["reconcile"], propagationMs: 9, latenessMs: null });
    expect(changes.list()[0]).toMatchObject({ causes: ["change"], propagationMs: 7 });
  });
});

describe("Followers", () => {
  const DETAILS = {
    lastFour: "wxyz",
    peer: "",
    userAgent: undefined,
    providerId: undefined,
    transport: "grpc",
  } as const;

  it("keeps what was written apart from what was taken", () => {
    const clock = new ManualClock();
    const followers = new Followers(clock, () => undefined);
    const record = followers.opened({ ...DETAILS, environmentId: 1 });
    const holding = () => [...followers.list()].flatMap((each) => [...each.holdings]);
    expect(holding()).toMatchObject([{ environmentId: 1, hash: undefined, sending: undefined }]);
    record.writing({ environmentId: 1, flagSetId: "p/1", hash: "a" });
    expect(holding()).toMatchObject([{ hash: undefined, sending: "a" }]);
    clock.advance(500);
    record.written();
    expect(holding()).toMatchObject([{ hash: "a", sending: undefined, writtenAtMs: clock.now() }]);
    record.gone();
    expect([...followers.list()]).toEqual([]);
  });

  it("keeps one for each environment of a stream that follows several", () => {
    const followers = new Followers(new ManualClock(), () => undefined);
    const record = followers.opened({ ...DETAILS, environmentId: undefined });
    for (const environmentId of [1, 2]) {
      record.writing({ environmentId, flagSetId: `p/${environmentId}`, hash: `h${environmentId}` });
      record.written();
    }
    const holdings = [...followers.list()].flatMap((each) => [...each.holdings]);
    expect(holdings.map(({ environmentId, hash }) => [environmentId, hash])).toEqual([
      [1, "h1"],
      [2, "h2"],
    ]);
  });

  it("holds nothing any more of a flag set whose emptied document was taken, whatever it is called by now", () => {
    const followers = new Followers(new ManualClock(), () => undefined);
    const record = followers.opened({ ...DETAILS, environmentId: undefined });
    const holdings = () =>
      [...followers.list()]
        .flatMap((each) => [...each.holdings])
        .map(({ environmentId, hash }) => [environmentId, hash]);
    const take = (environmentId: number, flagSetId: string, hash: string, emptied?: true): void => {
      record.writing({ environmentId, flagSetId, hash, ...(emptied ? { emptied } : {}) });
      record.written();
    };
    take(1, "p/old", "a");
    take(2, "p/2", "b");
    record.writing({ environmentId: 1, flagSetId: "p/old", hash: "none", emptied: true });
    expect(holdings()).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    record.written();
    expect(holdings()).toEqual([[2, "b"]]);
    take(1, "p/new", "a");
    take(1, "p/old", "none", true);
    expect(holdings()).toEqual([
      [2, "b"],
      [1, "a"],
    ]);
    take(3, "p/2", "c");
    expect(holdings()).toContainEqual([3, "c"]);
    expect(holdings()).not.toContainEqual([2, "b"]);
  });
});

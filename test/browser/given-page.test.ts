/** The page on reports that no set-up of a test's size brings about: trouble, nothing at all, a great many, long and hostile names. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { HAS_BROWSER, launch, openPage } from "./chromium.ts";
import {
  changeOf,
  environmentOf,
  followerOf,
  type Given,
  type GivenStatus,
  openGivenStatus,
} from "./given-status.ts";

const HOSTILE = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const BEHIND = { current: false, behindSince: secondsAgo(12), revisionsBehind: 2, revision: "b".repeat(64) };
const WARNING = { reason: "regex_unsupported", detail: "the pattern (a)\\1", advice: "Rewrite it" } as const;

const TROUBLE: Given = {
  server: { stale: { since: secondsAgo(90), reason: "the database does not answer" } },
  environments: [
    environmentOf(1, { warningCount: 1, warnings: [{ ...WARNING, feature: "voucher" }] }),
    environmentOf(2, { state: "document_too_large", detail: "it has 9 MB" }),
  ],
  followers: [followerOf(1), followerOf(2, 1, BEHIND), followerOf(3, 2)],
  changes: [changeOf(1), changeOf(2, 1, { to: "c".repeat(64) })],
  schedule: [{ environmentId: 1, flagSetId: "shop/environment-1", dueAt: secondsAgo(-3_600) }],
};

describe.skipIf(!HAS_BROWSER)("the status page of a given report", () => {
  let browser: Browser;
  const places: GivenStatus[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => await browser?.close());
  afterEach(async () => {
    for (const place of places.splice(0)) await place.close();
  });

  const look = async (given: Given, options = {}): Promise<{ page: Page; place: GivenStatus }> => {
    const place = await openGivenStatus(given);
    places.push(place);
    const { page } = await openPage(browser, place.url, options);
    await page.locator("#answer .verdict").waitFor();
    return { page, place };
  };
  const textOf = async (page: Page, selector: string): Promise<string> =>
    ((await page.locator(selector).textContent()) ?? "").replace(/\s+/g, " ");

  it("says what is the matter, the worst first, and what it knows all the same", async () => {
    const { page } = await look(TROUBLE);
    expect(await textOf(page, ".verdict")).toMatch(
      /^May be out of date for 1 min 3\d s: the database does not answer\.$/,
    );
    expect(await page.locator("#verdict li").allTextContents()).toEqual([
      "1 environment not at the newest: the document is too large.",
      expect.stringMatching(/^Not yet: 1 of 3 followers behind, the longest for 1\d s\.$/),
    ]);
    expect(await textOf(page, "#newest")).toMatch(
      /^Last change: kill_switch off → true, in shop\/environment-1, 1 min \d s ago: 1 of 2 have it$/,
    );
    expect(await page.locator("#changes article").nth(1).textContent()).toContain("replaced by the next");
    const standings = page.locator("#followers-table td[data-label=Standing]");
    expect(await standings.first().textContent()).toMatch(/^2 revisions behind, 1\d s$/);
    expect(await page.locator("#environments-table tbody tr").first().textContent()).toContain(
      "document too large: it has 9 MB",
    );
    expect(await textOf(page, "#warnings")).toBe(
      "shop/environment-1 (1)regex_unsupported: Rewrite itvoucher: the pattern (a)\\1",
    );
    expect(await page.title()).toBe("! 2/3 flagsmith-flagd");
    await page.context().close();
  });

  it("says what to do where there is nothing yet", async () => {
    const { page, place } = await look({});
    expect(await textOf(page, ".verdict")).toBe("Nobody follows at this moment.");
    expect(await textOf(page, "#environments-table")).toContain(
      "flagsmith-flagd project enable <project id>",
    );
    expect(await textOf(page, "#followers-table")).toContain("Point flagd or an in-process provider");
    expect(await textOf(page, "#changes")).toBe("Nothing has changed since the start.");
    expect(await textOf(page, "#schedule-table")).toBe("Nothing is planned.");
    place.give({ environments: [environmentOf(1)], followers: [followerOf(1), followerOf(2)] });
    await page.getByText("Yes: all 2 followers have it.").waitFor();
    expect(await page.title()).toBe("✓ 2/2 flagsmith-flagd");
    await page.context().close();
  });

  it("takes its answer back while the server is not heard, says since when, and gives it again", async () => {
    const { page, place } = await look({ environments: [environmentOf(1)], followers: [followerOf(1)] });
    await page.getByText("Yes: the only follower has it.").waitFor();
    await place.vanish();
    const notice = page.locator("#notice");
    await notice.filter({ hasText: /^Disconnected since \d.*as it was then, \d+ s ago\.$/ }).waitFor();
    expect(await textOf(page, ".verdict")).toBe("Unknown: the server is not heard.");
    expect(await page.title()).toBe("? flagsmith-flagd");
    const [first = ""] = /since \S+/.exec(await textOf(page, "#notice")) ?? [];
    await notice.filter({ hasText: /, [3-9] s ago\.$/ }).waitFor();
    expect(await textOf(page, "#notice")).toContain(first);
    await place.comeBack();
    await page.getByText("Yes: the only follower has it.").waitFor();
    expect(await textOf(page, "#notice")).toBe("");
    expect(await textOf(page, "#connection")).toBe("live");
    await page.context().close();
  });

  it("says why it is not let in when too many look already", async () => {
    const place = await openGivenStatus();
    places.push(place);
    const abort = new AbortController();
    const watching = Array.from({ length: 32 }, () =>
      fetch(`${place.url}/api/status/events`, { signal: abort.signal }),
    );
    await Promise.all(watching);
    const { page } = await openPage(browser, place.url);
    await page.getByText(/^Disconnected since [^.]+: At most 32 may look at once\./).waitFor();
    abort.abort();
    await page.getByText("Nobody follows at this moment.").waitFor();
    await page.context().close();
  });

  it("stays quick with 1,000 environments and 5,000 followers, and finds any of them", async () => {
    const environments = Array.from({ length: 1_000 }, (_, index) => environmentOf(index + 1));
    const followers = Array.from({ length: 5_000 }, (_, index) => followerOf(index, 1 + (index % 1_000)));
    const changes = Array.from({ length: 100 }, (_, index) => changeOf(index, 1 + index));
    const { page, place } = await look({ environments, followers, changes });
    const rows = (name: string) => page.locator(`#${name}-table tbody tr`);
    expect([await rows("environments").count(), await rows("followers").count()]).toEqual([20, 50]);
    expect(await textOf(page, "#followers-pager span")).toBe("1 to 50 of 5000");
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(5_000);

    await page.locator("#environments-pager button", { hasText: "Next" }).click();
    await page.getByText("21 to 40 of 1000").waitFor();
    await page.getByLabel("Find").nth(1).fill("pod-4711");
    await page.getByText("1 to 1 of 1", { exact: true }).waitFor();
    expect(await rows("followers").textContent()).toContain("pod-4711");
    await page.getByLabel("Find").nth(1).fill("no-such-pod");
    await page.getByText("No follower is as sought.").waitFor();
    await page.getByLabel("Find").nth(1).fill("");
    await page.getByText("1 to 50 of 5000").waitFor();

    const started = Date.now();
    const behind = followerOf(9_999, 77, { ...BEHIND, providerId: "stuck" });
    place.give({ environments, followers: [...followers, behind], changes });
    await rows("followers").first().filter({ hasText: "stuck" }).waitFor();
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(await textOf(page, ".verdict")).toMatch(/^Not yet: 1 of 5001 followers behind/);
    await page.getByLabel("only with followers behind").check();
    await page.getByText("1 to 1 of 1", { exact: true }).waitFor();
    await rows("environments").getByRole("link", { name: "5 of 6 have it" }).click();
    await page.getByText("1 to 6 of 6").waitFor();
    await page.context().close();
  });

  it("cuts what is long, and lets no name become markup", async () => {
    const long = "x".repeat(2_000);
    for (const text of [HOSTILE, long]) {
      const { page } = await look({
        environments: [
          environmentOf(1, {
            flagSetId: text,
            state: "stale",
            detail: text,
            warningCount: 1,
            warnings: [{ ...WARNING, feature: text, detail: text }],
          }),
        ],
        followers: [
          followerOf(1, 1, {
            flagSetId: text,
            providerId: text,
            userAgent: text,
            peer: text,
            keyLastFour: "<b>x",
          }),
        ],
        changes: [
          changeOf(1, 1, {
            flagSetId: text,
            flags: [
              { flag: text, change: "changed", members: [text], before: text.slice(0, 60), after: "off" },
            ],
          }),
        ],
        schedule: [{ environmentId: 1, flagSetId: text, dueAt: secondsAgo(-60) }],
      });
      await page.locator("#changes article").waitFor();
      expect(await page.locator("main img, main script, main b").count()).toBe(0);
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(
        await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"),
      ).toBe(false);
      const shown = (await page.locator("#changes article strong").nth(1).textContent()) ?? "";
      expect(shown.length).toBeLessThanOrEqual(80);
      await page.context().close();
    }
  });

  it.each([
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 390, height: 844 } }],
  ])("breaks no rule of accessibility that axe-core knows: %s", async (_, options) => {
    for (const given of [TROUBLE, {}]) {
      const { page } = await look(given, options);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate<{ violations: readonly object[] }>("axe.run()");
      expect(violations.map((each) => JSON.stringify(each).slice(0, 600))).toEqual([]);
      await page.context().close();
    }
  });
});

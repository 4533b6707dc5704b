import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduleToggle, toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import { openStatusPlace, PLACE, type StatusPlace } from "../management/place.ts";
import { eventually } from "../server/harness.ts";
import { freePort } from "../support/free-port.ts";
import { HAS_BROWSER, launch, openPage } from "./chromium.ts";

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const TOKEN = "a-token-of-20-letters";
const IMAGES = "docs/images";

describe.skipIf(!HAS_BROWSER)("the status page in a browser", () => {
  let place: StatusPlace;
  let browser: Browser;
  beforeAll(async () => {
    place = await openStatusPlace();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await place?.close();
  });

  const scrolls = (page: Page): Promise<boolean> =>
    page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
  /** A colour as the page has it. */
  const ground = (page: Page): Promise<string> =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");

  it("shows a toggle without a reload: the change, what each follower holds, and the answer to whether all have it", async () => {
    const { page, faults } = await openPage(browser, place.management);
    await page.getByText("Nobody follows at this moment.").waitFor();
    const stream = place.follow();
    await page.getByText("Yes: the only follower has it.").waitFor();
    const holds = page.locator("#followers-table td[data-label=Holds]");
    const before = (await holds.textContent()) ?? "";
    await toggleFlag(place.test.database, PLACE);
    await page.locator("#changes strong", { hasText: "maintenance_mode" }).first().waitFor();
    expect(await page.locator("#changes article").first().textContent()).toContain("off → true");
    await holds.filter({ hasNotText: before }).waitFor();
    expect(await page.locator("#followers-table td[data-label=Standing]").textContent()).toBe("current");
    await page.locator("#latency svg circle").first().waitFor();
    stream.close();
    await page.getByText("Nobody follows at this moment.").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("counts down to what is planned, and shows it when it has come", async () => {
    const { page, faults } = await openPage(browser, place.management);
    await scheduleToggle(place.test.database, { ...PLACE, delayMs: 6_000 });
    const countdown = page.locator("#schedule-table time").first();
    await countdown.filter({ hasText: /^in [3-6] s$/ }).waitFor();
    await countdown.filter({ hasText: /^in [12] s$/ }).waitFor();
    await page.locator("#changes article", { hasText: "as planned" }).first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("shows names as text, whatever they are", async () => {
    await createFeature(place.test.database, {
      projectId: place.sample.projectId,
      name: HOSTILE,
      enabled: true,
      value: HOSTILE,
    });
    const { page, faults } = await openPage(browser, place.management);
    await page.locator("#changes strong", { hasText: HOSTILE }).first().waitFor();
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("follows the system into the dark, and fits a phone", async () => {
    const stream = place.follow();
    await stream.until(() => true);
    const shown = "#followers-table tbody tr";
    const light = await openPage(browser, place.management, { colorScheme: "light" });
    await light.page.locator(shown).waitFor();
    const dark = await openPage(browser, place.management, { colorScheme: "dark" });
    await dark.page.locator(shown).waitFor();
    expect(await ground(light.page)).not.toBe(await ground(dark.page));
    const phone = await openPage(browser, place.management, { viewport: { width: 390, height: 844 } });
    await phone.page.locator(shown).waitFor();
    for (const { page } of [light, dark, phone]) expect(await scrolls(page)).toBe(false);
    const narrow = await openPage(browser, place.management, { viewport: { width: 320, height: 844 } });
    await narrow.page.locator(shown).waitFor();
    expect(await scrolls(narrow.page)).toBe(false);
    for (const each of [light, dark, phone, narrow]) {
      expect(each.faults).toEqual([]);
      await each.page.context().close();
    }
    stream.close();
  });

  it("does not jump while it changes", async () => {
    const { page } = await openPage(browser, "about:blank");
    await page.addInitScript(`window.shift = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });`);
    await page.goto(place.management);
    await page.locator("#environments-table tbody tr").first().waitFor();
    expect(await page.evaluate("window.shift")).toBeLessThan(0.01);
    const places = (): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll("section")].map((each) => each.getBoundingClientRect().top)`,
      );
    const before = await places();
    const count = await page.locator("#changes article").count();
    await toggleFlag(place.test.database, PLACE);
    await page.locator("#changes article").nth(count).waitFor();
    expect(await places()).toEqual(before);
    await page.context().close();
  });

  it("is walked by keyboard in the order in which it is read, and says what its tables are", async () => {
    const { page } = await openPage(browser, place.management);
    await page.locator("#environments-table tbody tr").first().waitFor();
    const walked: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(`(() => {
        const element = document.activeElement;
        if (element === document.body) return "";
        const ring = getComputedStyle(element).outlineStyle;
        return [element.id || element.getAttribute("href") || element.tagName, ring].join(" ");
      })()`);
      if (at === "") break;
      walked.push(String(at));
    }
    expect(walked[0]).toBe("#environments solid");
    const stops = [
      "environments-search",
      "environments-behind",
      "changes",
      "followers-search",
      "followers-behind",
      "followers-table",
      "schedule-table",
      "warnings",
    ];
    expect(walked.map((each) => each.split(" ")[0]).filter((each) => stops.includes(each ?? ""))).toEqual(
      stops,
    );
    expect(walked.every((each) => each.endsWith(" solid"))).toBe(true);
    const tables = page.locator("table");
    expect(await tables.count()).toBeGreaterThan(1);
    expect(await page.locator("table > caption").count()).toBe(await tables.count());
    expect(await page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count()).toBe(0);
    await page.context().close();
  });
});

describe.skipIf(!HAS_BROWSER)("the status page behind a token", () => {
  let place: StatusPlace;
  let browser: Browser;
  beforeAll(async () => {
    place = await openStatusPlace({ STATUS_TOKEN: TOKEN, MANAGEMENT_PORT: String(await freePort()) });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await place?.close();
  });

  it("asks for it, says when it is wrong, connects again after a restart of the server, and is left", async () => {
    const { page } = await openPage(browser, place.management);
    await page.getByLabel(/Status token/).fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await page.getByLabel(/Status token/).fill(TOKEN);
    await page.keyboard.press("Enter");
    const connection = (state: string): Promise<void> =>
      page.locator("#connection", { hasText: state }).waitFor();
    await connection("live");
    await place.restart(() => connection("reconnecting"));
    await connection("live");
    await page.context().clearCookies();
    await place.restart(() => connection("reconnecting"));
    await page.getByLabel(/Status token/).fill(TOKEN);
    await page.keyboard.press("Enter");
    await connection("live");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel(/Status token/).waitFor();
    await page.context().close();
  });
});

describe.runIf(HAS_BROWSER && process.env.UPDATE_DOCS === "1")("the pictures of docs/status.md", () => {
  it("are taken of a place with a few followers and changes", async () => {
    const place = await openStatusPlace();
    const browser = await launch();
    for (const key of [DEMO_KEYS.development, DEMO_KEYS.development, DEMO_KEYS.production]) place.follow(key);
    for (const flag of ["maintenance_mode", "show_tax", "maintenance_mode"]) {
      const before = (await place.status()).changes.length;
      await toggleFlag(place.test.database, { ...PLACE, flag });
      await eventually(async () => (await place.status()).changes.length > before || undefined);
      await eventually(async () => (await place.status()).changes[0]?.diff === "ready" || undefined);
    }
    const wide = { width: 1280, height: 900 };
    for (const [name, options] of [
      ["light", { colorScheme: "light", viewport: wide }],
      ["dark", { colorScheme: "dark", viewport: wide }],
      ["phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
    ] as const) {
      const { page } = await openPage(browser, place.management, options);
      await page.locator("#followers-table tbody tr").nth(2).waitFor();
      await page.screenshot({ path: `${IMAGES}/status-${name}.png`, fullPage: name !== "phone" });
      await page.context().close();
    }
    await browser.close();
    await place.close();
  });
});

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where Debian's package puts it; `CHROMIUM` names another. */
const PATH = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser; said loudly if not, since then nothing of the page is tested. */
export const HAS_BROWSER = existsSync(PATH);
if (!HAS_BROWSER) {
  console.warn(
    `\n!!! The status page is NOT tested: no browser at ${PATH}. apt-get install chromium, or set CHROMIUM.\n`,
  );
}

/** Starts the browser; tests run as root in containers, where its sandbox cannot. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page that fails the test if its script does, or if it breaks its own rules. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  // Below a test's own limit, so that what is waited for in vain is named.
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

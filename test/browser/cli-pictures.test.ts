/** The pictures of docs/cli.md: what the commands print, in the colours of a terminal. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { describe, expect, it } from "vitest";
import { setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { runCli, startCli } from "../cli/run-cli.ts";
import { openStatusPlace, PLACE } from "../management/place.ts";
import { HAS_BROWSER, launch } from "./chromium.ts";

const IMAGES = "docs/images";

/** What Select Graphic Rendition turns on; 0, 22 and 39 turn it off again. */
const STYLES: Readonly<Record<string, string>> = {
  1: "font-weight:700",
  2: "opacity:.6",
  31: "color:#ff8f8a",
  32: "color:#6fce99",
  33: "color:#e8b25a",
  36: "color:#7cd4dc",
};

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function asHtml(text: string): string {
  const [first = "", ...rest] = text.split("\u001b[");
  const parts = rest.map((part) => {
    const end = part.indexOf("m");
    const style = STYLES[part.slice(0, end)];
    return `${style === undefined ? "</span>" : `<span style="${style}">`}${escaped(part.slice(end + 1))}`;
  });
  return escaped(first) + parts.join("");
}

async function take(browser: Browser, name: string, command: string, output: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1040, height: 80 }, deviceScaleFactor: 1.5 });
  await page.setContent(
    `<body style="margin:0;background:#14171a"><pre style="margin:0;padding:16px;color:#e8eaec;white-space:pre-wrap;` +
      `font:13px/1.45 ui-monospace,monospace"><span style="opacity:.6">$ </span>${escaped(command)}\n${asHtml(output.trim())}</pre>`,
  );
  mkdirSync(IMAGES, { recursive: true });
  await page.screenshot({ path: `${IMAGES}/cli-${name}.png`, fullPage: true });
  await page.close();
}

describe.runIf(HAS_BROWSER && process.env.UPDATE_DOCS === "1")("the pictures of docs/cli.md", () => {
  it("are taken of the sample project", async () => {
    const place = await openStatusPlace();
    const browser = await launch();
    const env = { DATABASE_URL: place.test.url, NO_COLOR: "", FORCE_COLOR: "1" };
    const server = new URL(place.sync).host;
    const key = DEMO_KEYS.development;

    const watching = startCli(["watch", "--target", server, "--key", key], env);
    await watching.shows(" flags\n");
    await toggleFlag(place.test.database, PLACE);
    await watching.shows("maintenance_mode");
    await setFlagValue(place.test.database, { ...PLACE, flag: "banner_text" }, "Sale ends tonight");
    await watching.shows("banner_text");
    watching.child.kill("SIGINT");
    await take(browser, "watch", "flagsmith-flagd watch", (await watching.ended).out);

    const context = '{"targetingKey":"bob","country":"AT"}';
    const asked = ["--environment-key", key, "--flag", "banner_text", "--context", context];
    const explained = await runCli(["explain", ...asked], env);
    expect(explained.code).toBe(0);
    const explain = `flagsmith-flagd explain --environment-key … --flag banner_text --context '${context}'`;
    await take(browser, "explain", explain, explained.out);

    const doctor = await runCli(["doctor", "--server", server, "--environment-key", key], env);
    await take(browser, "doctor", "flagsmith-flagd doctor --server … --environment-key …", doctor.out);

    const verified = await runCli(["verify", "--environment-key", key, "--seed", "1"], env);
    await take(browser, "verify", "flagsmith-flagd verify --environment-key …", verified.out);
    await browser.close();
    await place.close();
  });
});

import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allPages, anchors, localLinks } from "./pages.ts";

const pages = allPages();
const links = pages.flatMap(localLinks);

describe("links in the documents", () => {
  it("lead to files that exist", () => {
    expect(links.length).toBeGreaterThan(200);
    const broken = links.filter(({ file }) => !existsSync(file));
    expect(broken.map(({ page, written }) => `${page}: ${written}`)).toEqual([]);
  });

  it("lead to headings that exist", () => {
    const anchored = links.filter(({ anchor, file }) => anchor !== undefined && file.endsWith(".md"));
    expect(anchored.length).toBeGreaterThan(50);
    const broken = anchored.filter(({ file, anchor = "" }) => {
      if (!existsSync(file)) return true;
      return !anchors({ path: file, text: readFileSync(file, "utf8") }).has(anchor);
    });
    expect(broken.map(({ page, written }) => `${page}: ${written}`)).toEqual([]);
  });

  it("lead to every page of docs/ from its index", () => {
    const index = new Set(links.filter(({ page }) => page === "docs/README.md").map(({ file }) => file));
    const missing = pages.filter(
      ({ path }) => /^docs\/[^/]+\.md$/.test(path) && path !== "docs/README.md" && !index.has(path),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it("of code and problem types lead to what is there", () => {
    const own = "https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/";
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(new RegExp(`${own}([^)#\\s"]+)(?:#([\\w-]+))?`, "g"))].map(
        ([, file = "", anchor]) => ({
          file,
          anchor,
        }),
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const { file, anchor } of named) {
      expect(statSync(file).isFile(), file).toBe(true);
      if (anchor) expect(anchors({ path: file, text: readFileSync(file, "utf8") })).toContain(anchor);
    }
  });
});

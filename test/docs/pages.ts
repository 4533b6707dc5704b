import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";

/** A Markdown page of the repository. */
export interface Page {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Folders that hold pages of their own, and nothing that a tool wrote or installed. */
const FOLDERS = ["docs", "deploy", "clients"];

function pagesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : pagesBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Every page that somebody may read on the repository's site. */
export function allPages(): readonly Page[] {
  const top = readdirSync(".").filter((name) => name.endsWith(".md"));
  return [...top, ...FOLDERS.flatMap(pagesBelow)].map((path) => ({
    path,
    text: readFileSync(path, "utf8"),
  }));
}

/** A block of code: fenced, or indented (then without a language). */
export interface CodeBlock {
  readonly page: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly lines: readonly string[];
}

/** The blocks of a page, in order. A fence may be indented, as below an item of a list. */
export function codeBlocks({ path, text }: Page): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; indent: number; language: string; from: number; lines: string[] } | undefined;
  let indented: { from: number; lines: string[] } | undefined;
  let before = "";
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^( *)(```+|~~~+)\s*(\S*)/.exec(line);
    if (open !== undefined) {
      if (fence?.[2] === open.fence) {
        blocks.push({ page: path, line: open.from, language: open.language, lines: open.lines });
        open = undefined;
      } else {
        open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
      }
    } else if (fence !== null) {
      const [, indent = "", mark = "", language = ""] = fence;
      open = { fence: mark, indent: indent.length, language, from: index + 2, lines: [] };
    } else if (/^ {4}\S/.test(line) && (indented !== undefined || (before === "" && !inList(text, index)))) {
      indented ??= { from: index + 1, lines: [] };
      indented.lines.push(line.slice(4));
    } else if (indented !== undefined && line.trim() !== "") {
      blocks.push({ page: path, line: indented.from, language: "", lines: indented.lines });
      indented = undefined;
    }
    before = line.trim();
  }
  return blocks;
}

/** Whether the last text before a line is an item of a list: then four spaces are its continuation. */
function inList(text: string, index: number): boolean {
  const last = text
    .split("\n")
    .slice(0, index)
    .findLast((line) => /^\S/.test(line));
  return last !== undefined && /^(?:[-*]|\d+\.) /.test(last);
}

/** The page without its blocks of code and its code spans: what may hold links. */
export function prose({ text }: Page): string {
  return text.replace(/^( *)(```+|~~~+)[\s\S]*?^ *\2 *$/gm, "").replace(/`[^`\n]*`/g, "");
}

/** How GitHub names the anchor of a heading; headings of equal names get numbers. */
export function anchors({ text }: Page): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  const withoutBlocks = text.replace(/^( *)(```+|~~~+)[\s\S]*?^ *\2 *$/gm, "");
  for (const [, heading = ""] of withoutBlocks.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    found.add(before === 0 ? slug : `${slug}-${before}`);
  }
  for (const [, id = ""] of withoutBlocks.matchAll(/<a id="([^"]+)">/g)) found.add(id);
  return found;
}

/** A link to something in the repository. */
export interface LocalLink {
  readonly page: string;
  readonly written: string;
  /** From the top of the repository; the page itself for `#anchor`. */
  readonly file: string;
  readonly anchor: string | undefined;
}

/** The links, pictures too, that lead to files of the repository. */
export function localLinks(page: Page): readonly LocalLink[] {
  const folder = join(page.path, "..");
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((written) => {
      const [path = "", anchor] = written.split("#", 2);
      return {
        page: page.path,
        written,
        anchor,
        file: path === "" ? page.path : normalize(join(folder, path)),
      };
    });
}

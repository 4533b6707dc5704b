import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Answer } from "../exchange.ts";

const read = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), "utf8");

/** The page's styles, those for narrow screens last. */
const STYLES = ["page.css", "answer.css", "lists.css", "narrow.css"];

/** The page's modules, each before those that import it. */
const MODULES = [
  "dom.js",
  "format.js",
  "plot.js",
  "verdict.js",
  "tables.js",
  "changes.js",
  "warnings.js",
  "paged-list.js",
  "live.js",
];

/**
 * One script out of modules that share one scope: their imports of one another fall away, and what they export is there for
 * all. That is all the bundling that a page of this size needs.
 */
function inlined(names: readonly string[]): string {
  return names
    .map((name) =>
      read(name)
        .replace(/^import [^;]+;\n/gm, "")
        .replace(/^export /gm, ""),
    )
    .join("\n");
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

interface Parts {
  readonly style: string;
  readonly script: string;
  readonly frame: string;
}

let parts: Parts | undefined;

/** Read when somebody first looks, and kept. */
function partsOfPage(): Parts {
  parts ??= { style: STYLES.map(read).join(""), script: inlined(MODULES), frame: read("frame.html") };
  return parts;
}

/** Fills the frame. Nothing of it comes from Flagsmith or from a request: the script asks for that, and writes it as text. */
function page(status: number, body: string, script = ""): Answer {
  const { style, frame } = partsOfPage();
  const fills: Readonly<Record<string, string>> = {
    "<!-- style -->": `<style>${style}</style>`,
    "<!-- body -->": body,
    "<!-- script -->": script === "" ? "" : `<script type="module">${script}</script>`,
  };
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    ...(script === "" ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    status,
    contentType: "text/html; charset=utf-8",
    body: frame.replace(/<!-- (?:style|body|script) -->/g, (place) => fills[place] ?? ""),
    headers: {
      "Content-Security-Policy": policy.join("; "),
      "Referrer-Policy": "no-referrer",
    },
  };
}

/** The page itself. */
export function statusPage(signedIn: boolean): Answer {
  const signOut = signedIn ? read("sign-out.html") : "";
  return page(
    200,
    read("status.html").replace("<!-- sign-out -->", () => signOut),
    partsOfPage().script,
  );
}

/** The form that asks for the token. */
export function signInPage({ wrong }: { readonly wrong: boolean }): Answer {
  const said = wrong ? '<p class="bad" role="alert">That is not the token.</p>' : "";
  return page(401, read("sign-in.html").replace("<!-- said -->", said));
}

/** Nobody may look; `advice` is a text of ours. */
export function deniedPage(advice: string): Answer {
  return page(403, read("denied.html").replace("<!-- advice -->", advice));
}

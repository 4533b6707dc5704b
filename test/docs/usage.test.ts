/** Each mention of our command in the documents, in a block or in a sentence, is one that the program understands. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { commandsOf } from "./documented-commands.ts";
import { allPages, codeBlocks } from "./pages.ts";

/** What may follow each command, as its own completion script says. */
function words(): ReadonlyMap<string, ReadonlySet<string>> {
  const script = execFileSync(process.execPath, ["dist/main.js", "completion", "bash"], { encoding: "utf8" });
  const found = [...script.matchAll(/^ {4}'([\w -]*)'\) words='([^']*)'/gm)];
  return new Map(found.map(([, path = "", list = ""]) => [path, new Set(list.split(" "))]));
}

/** Words and options after `flagsmith-flagd`, up to a pipe, a comment or the next command. */
function argumentsIn(text: string): readonly (readonly string[])[] {
  const plain = text.replace(/'[^']*'|"[^"]*"/g, "TEXT");
  return [...plain.matchAll(/(?:flagsmith-flagd|dist\/main\.js) ([a-z][^|;&>#`\n]*)/g)].map(([, rest = ""]) =>
    rest.trim().split(/\s+/),
  );
}

it("commands, subcommands and options exist", () => {
  const known = words();
  expect(known.size).toBeGreaterThan(20);
  const mentions = allPages().flatMap((page) => [
    ...codeBlocks(page)
      .flatMap(commandsOf)
      .map(({ text }) => ({ page: page.path, text })),
    ...[...page.text.matchAll(/`((?:npx )?flagsmith-flagd [^`]+)`/g)].map(([, text = ""]) => ({
      page: page.path,
      text,
    })),
  ]);
  expect(mentions.length).toBeGreaterThan(100);
  const others = /^(?:helm|kubectl|docker build|docker kill)\b/;
  const wrong = mentions
    .filter(({ text }) => !others.test(text))
    .flatMap(({ page, text }) =>
      argumentsIn(text).flatMap((given) => {
        const path: string[] = [];
        for (const word of given) {
          if (!known.has([...path, word].join(" "))) break;
          path.push(word);
        }
        const allowed = known.get(path.join(" "));
        const options = given.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split("=")[0] ?? "");
        const strange = options.filter((option) => !allowed?.has(option));
        return path.length === 0 || strange.length > 0 ? [`${page}: ${given.join(" ")}`] : [];
      }),
    );
  expect([...new Set(wrong)]).toEqual([]);
});

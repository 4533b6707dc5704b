/** docs/cli.md: `UPDATE_DOCS=1 npx vitest run test/unit/cli` writes the table of exit codes; the commands are compared. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EXIT, EXIT_CODES } from "../../../src/cli/terminal/exit-codes.ts";
import { COMMANDS } from "./program.ts";

const PATH = "docs/cli.md";
const START = "<!-- made from src/cli/terminal/exit-codes.ts: UPDATE_DOCS=1 npx vitest run test/unit/cli -->";
const END = "<!-- until here -->";

function table(): string {
  const rows = EXIT_CODES.map(
    ({ code, meaning, commands }) =>
      `| ${code} | ${meaning.replace("docs/errors.md", "[errors.md](errors.md)")} | ${commands} |`,
  );
  return ["| exit code | meaning | commands |", "| --- | --- | --- |", ...rows].join("\n");
}

it("says of every exit code what the code says", () => {
  expect(EXIT_CODES.map(({ code }) => code)).toEqual([...Object.values(EXIT), 130, 143]);
  const page = readFileSync(PATH, "utf8");
  const [before = "", rest = ""] = page.split(START);
  const [, after = ""] = rest.split(END);
  const wanted = `${before}${START}\n\n${table()}\n\n${END}${after}`;
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, wanted);
  else expect(page).toBe(wanted);
});

it("names every command, and none that there is not", () => {
  const [list = ""] = readFileSync(PATH, "utf8").split(START);
  const rows = [...list.matchAll(/^\| (`.+?)(?<!\\) \|/gm)].map(([, cell = ""]) => cell);
  const documented = rows.flatMap((cell) => {
    const [first = "", ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words);
    const wordsOf = (text: string): string => text.replace(/ [<[-].*$/, "");
    const [group = ""] = first.split(" ");
    return [
      wordsOf(first),
      ...others.map(wordsOf).map((words) => (words.startsWith(group) ? words : `${group} ${words}`)),
    ];
  });
  const leaves = COMMANDS.filter(
    ({ name, command }) => name !== "" && (command.commands.length === 0 || name === "demo"),
  ).map(({ name }) => name);
  expect(documented.sort()).toEqual(leaves.sort());
});

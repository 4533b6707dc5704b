import { describe, expect, it } from "vitest";
import { COMMANDS, helpOf } from "./program.ts";

/** Commands whose answer a script may want. */
const FOR_SCRIPTS = [
  "config print",
  "watch",
  "migrate status",
  "project list",
  "diagnose",
  "verify",
  "explain",
  "doctor",
  "health",
  "conformance",
];

/** The examples of a help text, without what a pipe does to their answers. */
function examplesIn(help: string): string[] {
  const [, after = ""] = help.split(/^Examples?(?:,[^\n]*)?:$/m);
  return [...after.matchAll(/^ {2}(?:[A-Z_]+=\S+ |export [A-Z_]+=\$\()*flagsmith-flagd (.*?)\)?$/gm)].map(
    ([, line = ""]) => line.split(/ [|>] /)[0] ?? "",
  );
}

describe("--help", () => {
  it.each(COMMANDS.map(({ name, command }) => [name || "(the program)", command] as const))(
    "%s: examples of commands and options that there are",
    (name, command) => {
      const help = helpOf(command);
      const examples = examplesIn(help);
      expect(examples, help).not.toEqual([]);
      for (const example of examples) {
        const words = example.split(" ");
        const used = COMMANDS.findLast((each) => `${example} `.startsWith(`${each.name} `.trimStart()));
        expect(used?.name.startsWith(name === "(the program)" ? "" : name), example).toBe(true);
        const known = new Set([...(used?.command.options ?? []).map(({ long }) => long), "--help"]);
        for (const word of words) if (word.startsWith("--")) expect(known, example).toContain(word);
      }
    },
  );

  it.each(COMMANDS.map(({ name, command }) => [name, command] as const))(
    "%s: says what each option is for",
    (_, command) => {
      if (command.parent !== null) expect(command.description()).toMatch(/\S/);
      for (const option of command.options) expect(option.description, option.flags).toMatch(/\S/);
      for (const argument of command.registeredArguments) {
        expect(argument.description || argument.argChoices?.join(), argument.name()).toMatch(/\S/);
      }
    },
  );

  it("--json where a script may want it", () => {
    const withJson = COMMANDS.filter(({ command }) => command.options.some(({ long }) => long === "--json"));
    expect(withJson.map(({ name }) => name).sort()).toEqual([...FOR_SCRIPTS].sort());
  });
});

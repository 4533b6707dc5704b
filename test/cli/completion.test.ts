import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-completion-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function scriptFor(shell: string): Promise<string> {
  const { code, out } = await runCli(["completion", shell]);
  expect(code).toBe(0);
  const path = join(folder, `flagsmith-flagd.${shell}`);
  writeFileSync(path, out);
  return path;
}

/** A test with the shell itself, skipped loudly where it is missing. */
function withShell(shell: string, title: string, test: () => Promise<void>): void {
  if (spawnSync(shell, ["-c", "true"]).status === 0) it(`${shell}: ${title}`, test);
  else {
    console.warn(`SKIPPED for want of ${shell}: ${title}`);
    it.skip(`${shell}: ${title}`, () => undefined);
  }
}

describe("completion", () => {
  withShell("bash", "commands, subcommands, options and their values", async () => {
    const script = await scriptFor("bash");
    const offered = (...words: string[]): string[] =>
      execFileSync("bash", [
        "-c",
        `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flagsmith_flagd; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        "flagsmith-flagd",
        ...words,
      ])
        .toString()
        .trim()
        .split("\n");
    expect(offered("")).toEqual(expect.arrayContaining(["start", "demo", "migrate", "completion"]));
    expect(offered("mig")).toEqual(["migrate"]);
    expect(offered("migrate", "")).toEqual(expect.arrayContaining(["up", "down", "status", "print"]));
    expect(offered("start", "--sync")).toEqual(["--sync-port"]);
    expect(offered("project", "enable", "7", "--semantics", "")).toEqual(["flagsmith", "value"]);
  });

  withShell("zsh", "the script is sound and offers subcommands", async () => {
    const script = await scriptFor("zsh");
    const offered = execFileSync("zsh", [
      "-f",
      "-c",
      `compdef() { :; }; _describe() { print -l -- $choices; }; source ${script};
       words=(flagsmith-flagd migrate ""); CURRENT=3; _flagsmith_flagd`,
    ]).toString();
    expect(offered).toMatch(/^up:/m);
    expect(offered).toMatch(/^status:/m);
    expect(offered).not.toMatch(/^demo:/m);
  });

  withShell("fish", "the script is sound and offers subcommands", async () => {
    const script = await scriptFor("fish");
    const offered = execFileSync("fish", [
      "--no-config",
      "-c",
      `source ${script}; complete -C "flagsmith-flagd migrate "`,
    ]).toString();
    expect(offered).toMatch(/^up\t/m);
    expect(offered).not.toMatch(/^demo\t/m);
  });

  it("another shell is refused", async () => {
    expect((await runCli(["completion", "csh"])).code).toBe(2);
  });
});

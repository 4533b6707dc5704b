import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
    expect(offered("completion", "z")).toEqual(["zsh"]);
    expect(offered("start", "--sync-port", "")).toEqual([""]);
    expect(offered("start", "--config", `${folder}/flagsmith-flagd.b`)).toEqual([script]);
    const registered = execFileSync("bash", [
      "-c",
      `source ${script}; complete -p flagsmith-flagd`,
    ]).toString();
    expect(registered).toBe("complete -F _flagsmith_flagd flagsmith-flagd\n");
  });

  withShell("zsh", "completes what is typed into a shell, also when it was found on fpath", async () => {
    const script = await scriptFor("zsh");
    const onPath = join(folder, "fpath");
    mkdirSync(onPath);
    copyFileSync(script, join(onPath, "_flagsmith-flagd"));
    // A shell in a terminal of its own, into which half a command and a tab are typed.
    const typed = (line: string, wanted: string): string =>
      execFileSync(
        "zsh",
        [
          "-f",
          "-c",
          `zmodload zsh/zpty
           zpty -b inner zsh -f -i
           zpty -w inner "PS1='> '; fpath=(${onPath} \\$fpath); autoload -Uz compinit; compinit -u -d ${folder}/dump; echo rea''dy"
           zpty -r inner out '*ready*'
           zpty -w -n inner $'${line}\\t'
           zpty -r inner out '*${wanted}*'
           print -r -- "$out"
           zpty -d inner`,
        ],
        { timeout: 20_000, env: { ...process.env, TERM: "dumb" } },
      ).toString();
    expect(typed("flagsmith-flagd mig", "migrate ")).toContain("migrate ");
    expect(typed("flagsmith-flagd migrate st", "status ")).toContain("migrate status ");
    expect(typed("flagsmith-flagd project enable 7 --semantics f", "flagsmith ")).toContain("flagsmith ");
    expect(typed(`flagsmith-flagd start --config ${folder}/flagsmith-flagd.z`, ".zsh ")).toContain(".zsh ");
  });

  withShell("fish", "commands, subcommands, options and their values", async () => {
    const script = await scriptFor("fish");
    const offered = (line: string): string[] =>
      execFileSync("fish", ["--no-config", "-c", `source ${script}; complete -C "flagsmith-flagd ${line}"`])
        .toString()
        .trim()
        .split("\n")
        .map((each) => each.split("\t")[0] ?? "");
    expect(offered("")).toEqual(expect.arrayContaining(["start", "demo", "migrate", "completion"]));
    expect(offered("migrate ")).toEqual(expect.arrayContaining(["up", "down", "status", "print"]));
    expect(offered("migrate ")).not.toContain("demo");
    expect(offered("start --sync-p")).toEqual(["--sync-port"]);
    expect(offered("project enable 7 --semantics ")).toEqual(["flagsmith", "value"]);
    expect(offered(`start --config ${folder}/flagsmith-flagd.f`)).toEqual([script]);
  });

  it("another shell is refused", async () => {
    expect((await runCli(["completion", "csh"])).code).toBe(2);
  });
});

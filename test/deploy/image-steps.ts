/** Performs the Dockerfile's steps in folders, without a container engine: one folder for each stage's root. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Instruction, type Stage, stages } from "./dockerfile.ts";

/** What `.dockerignore` lets through. It must have the form "nothing, except …", so that no secret slips in. */
export function buildContext(): readonly string[] {
  const lines = readFileSync(".dockerignore", "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines[0] !== "*" || lines.slice(1).some((line) => !line.startsWith("!"))) {
    throw new Error(".dockerignore is no list of exceptions");
  }
  return lines.slice(1).map((line) => line.slice(1));
}

/** The development packages are those of this checkout: CI has just installed them with the same command. */
const FULL_INSTALL = /^npm ci (?!.*--omit=dev)/;

function run(text: string, folder: string): void {
  if (FULL_INSTALL.test(text)) {
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    return;
  }
  const { status, stdout, stderr } = spawnSync("sh", ["-c", text], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`RUN ${text}: ${stdout}${stderr}`);
}

function copy(line: Instruction, source: string, folder: string): void {
  const places = line.text.split(/\s+/);
  const target = join(folder, places.at(-1) ?? "");
  for (const place of places.slice(0, -1)) {
    const into = places.at(-1)?.endsWith("/") ? join(target, basename(place)) : target;
    cpSync(join(source, place), into, { recursive: true });
  }
}

/** Performs all stages below `root`, and returns the folder of the last one's root. */
export function performStages(root: string): string {
  const context = join(root, "context");
  for (const path of buildContext()) cpSync(path, join(context, path), { recursive: true });
  let last = "";
  for (const [index, stage] of stages().entries()) {
    last = join(root, stage.name ?? String(index));
    performStage(stage, { root, context, folder: last });
  }
  return last;
}

interface Folders {
  readonly root: string;
  readonly context: string;
  readonly folder: string;
}

function performStage(stage: Stage, { root, context, folder }: Folders): void {
  let workdir = folder;
  for (const line of stage.lines) {
    if (line.keyword === "WORKDIR") {
      workdir = join(folder, line.text);
      mkdirSync(workdir, { recursive: true });
    }
    if (line.keyword === "COPY") {
      copy(line, line.from === undefined ? context : join(root, line.from), workdir);
    }
    if (line.keyword === "RUN") run(line.text, workdir);
  }
  chmodSync(folder, 0o755);
}

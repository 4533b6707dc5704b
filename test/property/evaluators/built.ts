import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../src/support/errors.ts";
import { childEvaluator, renewed, startChild } from "./child.ts";
import type { Evaluator } from "./evaluator.ts";

const FOLDER = join(import.meta.dirname, "..");
const CACHE = join(FOLDER, "..", "..", "node_modules", ".cache", "flagsmith-flagd-parity");

/** A command line. */
type Command = readonly [command: string, ...args: string[]];

/** An evaluator that has to be compiled first. */
interface Recipe {
  readonly name: string;
  readonly folder: string;
  readonly build: Command;
  readonly environment?: Readonly<Record<string, string>>;
  readonly run: Command;
  /** It must be started anew after so many documents. */
  readonly mostDocuments?: number;
}

const GO_BINARY = join(CACHE, "flagd-parity-go");
const JAVA = join(CACHE, "java");
const RECIPES: readonly Recipe[] = [
  {
    name: "Rust, flagd-evaluation-engine",
    folder: "rust",
    build: ["cargo", "build", "--release", "--quiet", "--locked"],
    environment: { CARGO_TARGET_DIR: join(CACHE, "rust") },
    run: [join(CACHE, "rust", "release", "flagd-parity")],
  },
  {
    name: "Go, flagd core",
    folder: "go",
    build: ["go", "build", "-o", GO_BINARY, "."],
    run: [GO_BINARY],
  },
  {
    name: "Java, flagd provider",
    folder: "java",
    build: ["bash", "build.sh", JAVA],
    run: ["java", "-Xmx1g", "-cp", `${join(JAVA, "classes")}:${join(JAVA, "lib")}/*`, "Parity"],
    // Every document leaves its JSON schema validators behind in the provider: 1 GB is full after a few hundred.
    mostDocuments: 100,
  },
];

/** Builds and starts the evaluators in other languages; one that does not build is left out loudly. */
export function startBuilt(): readonly Evaluator[] {
  mkdirSync(CACHE, { recursive: true });
  return RECIPES.flatMap(({ name, folder, build, environment, run, mostDocuments }) => {
    try {
      const [builder, ...building] = build;
      const [command, ...args] = run;
      const options = { cwd: join(FOLDER, folder), encoding: "utf8" as const, timeout: 600_000 };
      execFileSync(builder, building, { ...options, env: { ...process.env, ...environment } });
      return [
        childEvaluator(
          name,
          renewed(() => startChild(command, args), mostDocuments ?? Number.POSITIVE_INFINITY),
        ),
      ];
    } catch (error) {
      console.warn(`\n*** SKIPPED: ${name}: ${messageOf(error)} ***\n`);
      return [];
    }
  });
}

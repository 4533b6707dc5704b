import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import versions from "../versions.json" with { type: "json" };
import { cacheFolder, SOURCES, tool } from "./cache.ts";
import { pythonWith } from "./python.ts";
import type { Recipe } from "./recipe.ts";

const PACKAGE = "open-feature-flagd";

/** The crate's build needs protoc; where there is none, that of PyPI. */
async function protoc(): Promise<string> {
  if (process.env.PROTOC !== undefined) return process.env.PROTOC;
  if (existsSync("/usr/bin/protoc")) return "/usr/bin/protoc";
  const pin = versions.tools["grpcio-tools"];
  const python = await pythonWith(`protoc-${pin}`, [`grpcio-tools==${pin}`]);
  const script = join(cacheFolder(), "protoc.sh");
  await writeFile(script, `#!/bin/sh\nexec ${python} -m grpc_tools.protoc "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

/** The provider for Rust; Cargo.toml and Cargo.lock have its version. */
export const RUST: Recipe = {
  name: "rust",
  title: "Rust",
  package: PACKAGE,
  registry: "crates.io",
  version: versions.rust[PACKAGE],
  snippet: { file: "rust/src/main.rs", language: "rust" },
  isProvider: true,
  async prepare() {
    const target = join(cacheFolder(), "rust");
    await mkdir(target, { recursive: true });
    const env = { CARGO_TARGET_DIR: target, PROTOC: await protoc() };
    await tool("cargo", ["build", "--release", "--quiet", "--locked"], { cwd: join(SOURCES, "rust"), env });
    const command = [join(target, "release", "flagsmith-flagd-client")];
    return { command, version: versions.rust[PACKAGE] };
  },
};

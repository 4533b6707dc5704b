// Compiles bench and src to dist-bench, so that the figures are those of the code at hand and dist stays as it is.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";

rmSync("dist-bench", { recursive: true, force: true });
const { status } = spawnSync("npx", ["--no-install", "tsc", "-p", "tsconfig.bench.json"], {
  stdio: "inherit",
});
cpSync("src/postgres/migrations", "dist-bench/src/postgres/migrations", { recursive: true });
cpSync("package.json", "dist-bench/package.json");
process.exit(status ?? 1);

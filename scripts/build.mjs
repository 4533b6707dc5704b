// Compiles src to dist, from nothing: a file that went from src must not live on in dist. tsc copies no SQL.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync("npx", ["--no-install", "tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
cpSync("src/postgres/migrations", "dist/postgres/migrations", { recursive: true });
chmodSync("dist/main.js", 0o755);

// Compiles chaos, and the src under fire, to dist-chaos: the servers are those of the code at hand, and dist stays as it is.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";

rmSync("dist-chaos", { recursive: true, force: true });
const { status } = spawnSync("npx", ["--no-install", "tsc", "-p", "tsconfig.chaos.json"], {
  stdio: "inherit",
});
cpSync("src/postgres/migrations", "dist-chaos/src/postgres/migrations", { recursive: true });
cpSync("package.json", "dist-chaos/package.json");
process.exit(status ?? 1);

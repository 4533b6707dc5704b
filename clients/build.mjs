// Compiles the runner, and the src that it starts, to dist-clients: the servers are those of the code at hand.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";

rmSync("dist-clients", { recursive: true, force: true });
const { status } = spawnSync("npx", ["--no-install", "tsc", "-p", "tsconfig.clients.json"], {
  stdio: "inherit",
});
cpSync("src/postgres/migrations", "dist-clients/src/postgres/migrations", { recursive: true });
cpSync("package.json", "dist-clients/package.json");
process.exit(status ?? 1);

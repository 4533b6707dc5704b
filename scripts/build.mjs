// Compiles src to dist, from nothing: a file that went from src must not live on in dist. tsc copies no SQL. A build that
// fails leaves the last one as it was, and one that works takes its place at once: commands may be running from it.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from "node:fs";

const fresh = `dist-new-${process.pid}`;
const old = `dist-old-${process.pid}`;
const { status } = spawnSync("npx", ["--no-install", "tsc", "-p", "tsconfig.build.json", "--outDir", fresh], {
  stdio: "inherit",
});
if (status === 0) {
  cpSync("src/postgres/migrations", `${fresh}/postgres/migrations`, { recursive: true });
  cpSync("src/transports/management/status/page", `${fresh}/transports/management/status/page`, {
    recursive: true,
  });
  chmodSync(`${fresh}/main.js`, 0o755);
  if (existsSync("dist")) renameSync("dist", old);
  renameSync(fresh, "dist");
}
for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;

// tsc copies no SQL: put the migrations beside the compiled code, and make the command executable.
import { chmodSync, cpSync } from "node:fs";

cpSync("src/postgres/migrations", "dist/postgres/migrations", { recursive: true });
chmodSync("dist/main.js", 0o755);

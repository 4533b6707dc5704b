// `node scripts/parity.mjs [--cases 100000] [--seed 1] [--report docs/parity.md] [--quick]`: the nightly parity run.
// --quick leaves out the evaluators that have to be compiled (Rust, Go, Java).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    cases: { type: "string" },
    seed: { type: "string" },
    report: { type: "string" },
    quick: { type: "boolean" },
  },
});
const given = Object.entries(values).map(([name, value]) => [`PARITY_${name.toUpperCase()}`, String(value)]);
const { status } = spawnSync("npx", ["vitest", "run", "--config", "test/property/vitest.nightly.config.ts"], {
  stdio: "inherit",
  env: { ...process.env, ...Object.fromEntries(given) },
});
process.exit(status ?? 1);

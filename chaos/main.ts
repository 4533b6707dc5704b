import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom, type Random } from "../src/verify/random.ts";
import type { Fault } from "./fault.ts";
import { FAULTS } from "./faults/all.ts";
import { type ChaosReport, reportMarkdown } from "./report.ts";
import { type Outcome, runFault } from "./run-fault.ts";
import { startWorld } from "./world.ts";

const RESULTS = "chaos/results";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number, not ${values.seed}`);
const wanted = values.only?.split(",").map((name) => name.trim());
const unknown = wanted?.filter((name) => !FAULTS.some((fault) => fault.name === name)) ?? [];
if (unknown.length > 0) {
  throw new Error(
    `no such fault: ${unknown.join(", ")}; there are ${FAULTS.map(({ name }) => name).join(", ")}`,
  );
}

function shuffled(faults: readonly Fault[], random: Random): readonly Fault[] {
  return faults
    .map((fault) => ({ fault, at: random.next() }))
    .sort((left, right) => left.at - right.at)
    .map(({ fault }) => fault);
}

const random = createRandom(seed);
const chosen = FAULTS.filter(({ name, fullOnly }) => wanted?.includes(name) ?? !(values.quick && fullOnly));
const startedAt = new Date().toISOString();
console.error(`seed ${seed}; ${chosen.length} faults`);
const world = await startWorld({ folder: `${RESULTS}/last`, random: random.next, quick: values.quick });
const outcomes: Outcome[] = [];
try {
  for (const fault of shuffled(chosen, random)) {
    console.error(`${fault.name}: ${fault.title}`);
    const outcome = await runFault(fault, world);
    outcomes.push(outcome);
    const { survived, recoveredMs, findings } = outcome;
    console.error(
      `  ${survived ? "survived" : "NOT SURVIVED"}, ${recoveredMs ?? "never"} ms, took ${outcome.tookMs} ms`,
    );
    for (const finding of findings) console.error(`  - ${finding}`);
  }
} finally {
  await world.stop();
}
const report: ChaosReport = { seed, quick: values.quick, startedAt, node: process.version, outcomes };
console.log(reportMarkdown(report));
mkdirSync(RESULTS, { recursive: true });
const name = `${RESULTS}/${startedAt.replaceAll(":", "-")}`;
writeFileSync(`${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
console.error(`written to ${name}.json; the servers' logs are in ${RESULTS}/last`);
process.exit(outcomes.every(({ survived }) => survived) ? 0 : 1);

import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { describeMachine, machineLine, type Result, resultMarkdown } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { fanOut } from "./scenarios/fan-out.ts";
import { growth } from "./scenarios/growth.ts";
import { hostileReaders } from "./scenarios/hostile-readers.ts";
import { httpPolling } from "./scenarios/http-polling.ts";
import { manyEnvironments } from "./scenarios/many-environments.ts";
import { memory } from "./scenarios/memory.ts";
import { stages } from "./scenarios/stages.ts";
import { reconnectStorm } from "./scenarios/storm.ts";
import { triggers } from "./scenarios/triggers.ts";
import { workers } from "./scenarios/workers.ts";

const SCENARIOS: readonly Scenario[] = [
  fanOut,
  stages,
  memory,
  reconnectStorm,
  growth,
  manyEnvironments,
  httpPolling,
  triggers,
  hostileReaders,
  workers,
];
const RESULTS = "bench/results";

const { values } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const wanted = values.only?.split(",").map((letter) => letter.trim());
const unknown = wanted?.filter((letter) => !SCENARIOS.some((scenario) => scenario.letter === letter)) ?? [];
if (unknown.length > 0) throw new Error(`no such scenario: ${unknown.join(", ")}`);

const machine = describeMachine();
const results: Result[] = [];
const say = (text: string): void => console.error(`  ${text}`);

for (const scenario of SCENARIOS) {
  if (wanted !== undefined && !wanted.includes(scenario.letter)) continue;
  console.error(`(${scenario.letter}) ${scenario.title}`);
  const loadBefore = loadavg()[0] ?? 0;
  const began = performance.now();
  const findings = await scenario.run({ quick: values.quick, say });
  const result = { scenario, findings, tookMs: performance.now() - began, loadBefore };
  results.push(result);
  console.log(resultMarkdown(result));
}

const markdown = [`## Figures`, "", machineLine(machine), "", ...results.map(resultMarkdown)].join("\n");
const json = results.map(({ scenario: { letter, title }, ...rest }) => ({ letter, title, ...rest }));
mkdirSync(RESULTS, { recursive: true });
const name = `${RESULTS}/${machine.at.replaceAll(":", "-")}`;
writeFileSync(`${name}.md`, `${markdown}\n`);
writeFileSync(`${name}.json`, `${JSON.stringify({ machine, results: json }, undefined, 2)}\n`);
console.error(`written to ${name}.md and .json`);
process.exit(0);

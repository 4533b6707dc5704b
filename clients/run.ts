import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Candidate } from "./documents/audience.ts";
import { askGenerated } from "./documents/generated.ts";
import { tryOlder } from "./documents/older.ts";
import { tryConstructs } from "./documents/try-constructs.ts";
import { prepareAll } from "./prepare.ts";
import { RECIPES } from "./recipes/all.ts";
import { readRecorded, record, writePage } from "./recorded.ts";
import type { ClientResult, Recorded } from "./results.ts";
import { playScenario } from "./scenario.ts";
import { startWorld } from "./world.ts";

const RESULTS = "clients/results";
const LOGS = resolve(RESULTS, "last");
const SEED = 20_261_123;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    prepare: { type: "boolean", default: false },
    older: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    environments: { type: "string", default: "200" },
  },
});
const only = values.only?.split(",").map((name) => name.trim());
const unknown = only?.filter((name) => !RECIPES.some((recipe) => recipe.name === name)) ?? [];
if (unknown.length > 0) {
  const names = RECIPES.map(({ name }) => name).join(", ");
  throw new Error(`no such client: ${unknown.join(", ")}; there are ${names}`);
}

/** What a run found out, and what is wrong. */
interface Found {
  readonly found: Partial<Recorded>;
  readonly findings: readonly string[];
}

async function runOlder(): Promise<Found> {
  const world = await startWorld(LOGS);
  const sample = await world.truth();
  await world.stop();
  const older = await tryOlder(sample, LOGS, only);
  return { found: { older }, findings: [] };
}

async function runClients(candidates: readonly Candidate[]): Promise<Found> {
  const findings: string[] = [];
  const clients: Record<string, ClientResult> = {};
  const add = (name: string, more: Partial<ClientResult>): void => {
    const result = clients[name];
    if (result !== undefined) clients[name] = { ...result, ...more };
  };
  const world = await startWorld(LOGS);
  const { content } = (await world.truth()).translation;
  try {
    const say = (text: string): void => console.error(`- ${text}`);
    for (const outcome of await playScenario(world, candidates, { quick: values.quick, say })) {
      clients[outcome.result.name] = outcome.result;
      findings.push(...outcome.findings);
    }
  } finally {
    await world.stop();
  }
  if (values.quick) return { found: { clients }, findings };
  console.error("- what their documents may contain");
  for (const [name, documents] of await tryConstructs(candidates, content, LOGS)) add(name, { documents });
  console.error(`- ${values.environments} generated environments`);
  const providers = candidates.filter(({ recipe }) => recipe.isProvider);
  const options = { folder: LOGS, seed: SEED, environments: Number(values.environments) };
  for (const [name, { agreement, differences }] of await askGenerated(providers, options)) {
    add(name, { agreement });
    findings.push(...differences);
  }
  return { found: { clients }, findings };
}

async function run(): Promise<readonly string[]> {
  if (values.page) {
    writePage(readRecorded());
    return [];
  }
  const candidates = values.older
    ? []
    : await prepareAll(RECIPES.filter(({ name }) => only?.includes(name) ?? true));
  if (values.prepare) return [];
  if (!values.older && candidates.length === 0) throw new Error("none of the clients can be had here");
  const { found, findings } = values.older ? await runOlder() : await runClients(candidates);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/last.json`, `${JSON.stringify(found, undefined, 2)}\n`);
  console.log(JSON.stringify(found, undefined, 1));
  if (values.record) record(found);
  return findings;
}

const findings = await run();
for (const finding of findings) console.error(`  - ${finding}`);
console.error(`${findings.length} findings; logs in ${LOGS}`);
process.exit(findings.length === 0 ? 0 : 1);

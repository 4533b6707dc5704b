import { messageOf } from "../../src/support/errors.ts";
import type { Prepared } from "../../test/property/check.ts";
import { RECIPES } from "../recipes/all.ts";
import type { Agreement, OlderResult } from "../results.ts";
import { judgeClient } from "../steps/answers.ts";
import versions from "../versions.json" with { type: "json" };
import { Audience, type Candidate } from "./audience.ts";
import { startDocumentServer } from "./document-server.ts";
import { tryConstructs } from "./try-constructs.ts";

const HOLDS_LIMIT_MS = 15_000;
const MOST_TOLD = 3;

async function candidatesOf(name: string, asked: readonly string[]) {
  const recipe = RECIPES.find((one) => one.name === name);
  const found: { version: string; candidate?: Candidate; missing?: string }[] = [];
  for (const version of asked) {
    try {
      if (recipe === undefined) throw new Error("no such client");
      const program = await recipe.prepare(version);
      found.push({ version, candidate: { recipe: { ...recipe, name: `${name}-${version}` }, program } });
    } catch (error) {
      console.error(`\n*** SKIPPED: ${name} ${version}: ${messageOf(error).slice(0, 400)} ***\n`);
      found.push({ version, missing: messageOf(error).split("\n", 1)[0] ?? "" });
    }
  }
  return found;
}

async function askSample(
  candidates: readonly Candidate[],
  sample: Prepared,
  folder: string,
): Promise<ReadonlyMap<string, Agreement>> {
  const server = await startDocumentServer();
  const audience = new Audience(server, folder);
  await audience.gather(candidates);
  audience.publish(sample.translation.content);
  const found = new Map<string, Agreement>();
  for (const listener of audience.listeners) {
    const { name } = listener.recipe;
    if (!(await audience.holds(listener, HOLDS_LIMIT_MS))) continue;
    const { agreement, differences } = await judgeClient(listener.client, name, sample);
    for (const difference of differences.slice(0, MOST_TOLD)) console.error(`  - ${difference}`);
    found.set(name, agreement);
  }
  await audience.dismiss();
  await server.stop();
  return found;
}

/** Tries the older versions of versions.json, one client's after the other's. */
export async function tryOlder(
  sample: Prepared,
  folder: string,
  only: readonly string[] | undefined,
): Promise<readonly OlderResult[]> {
  const results: OlderResult[] = [];
  for (const [name, asked] of Object.entries(versions.older)) {
    if (only?.includes(name) === false) continue;
    const found = await candidatesOf(name, asked);
    const candidates = found.flatMap(({ candidate }) => candidate ?? []);
    const answers = await askSample(candidates, sample, folder);
    const followed = candidates.filter(({ recipe }) => answers.has(recipe.name));
    const documents = await tryConstructs(followed, sample.translation.content, folder);
    for (const { version, missing } of found) {
      const of = `${name}-${version}`;
      const agreement = answers.get(of);
      const taken = documents.get(of);
      results.push({
        name,
        version,
        ...(missing === undefined ? {} : { missing }),
        ...(agreement === undefined ? {} : { answers: agreement }),
        ...(taken === undefined ? {} : { documents: taken }),
      });
    }
  }
  return results;
}

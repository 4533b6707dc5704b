import fc from "fast-check";
import { COMPACT, prepare } from "../../test/property/check.ts";
import { anyCase, type Case, conditionCase } from "../../test/property/generators/environments.ts";
import { added, type Judged, judgeClient } from "../steps/answers.ts";
import { Audience, type Candidate } from "./audience.ts";
import { startDocumentServer } from "./document-server.ts";

/** The Java provider keeps the schema validators of every document: after so many it is started anew. */
const MOST_DOCUMENTS = 50;
const HOLDS_LIMIT_MS = 20_000;
const PEOPLE = 8;

interface Kind {
  readonly arbitrary: fc.Arbitrary<Case>;
  readonly compact: boolean;
}

/** In turn, as the parity run has them. */
const KINDS: readonly Kind[] = [
  { arbitrary: conditionCase(PEOPLE), compact: false },
  { arbitrary: anyCase("flagsmith", PEOPLE), compact: false },
  { arbitrary: anyCase("value", PEOPLE), compact: false },
  { arbitrary: anyCase("flagsmith", PEOPLE), compact: true },
];

/** Puts generated environments to every client, one after the other; the answers by name of the recipe. */
export async function askGenerated(
  candidates: readonly Candidate[],
  options: { readonly folder: string; readonly seed: number; readonly environments: number },
): Promise<ReadonlyMap<string, Judged>> {
  const { folder, seed, environments } = options;
  const server = await startDocumentServer();
  const audience = new Audience(server, folder);
  const found = new Map<string, Judged>();
  for (let index = 0; index < environments; index += 1) {
    if (index % MOST_DOCUMENTS === 0) {
      await audience.dismiss();
      await audience.gather(candidates);
    }
    const kind = KINDS[index % KINDS.length] ?? KINDS[0];
    const [one] = fc.sample(kind?.arbitrary ?? conditionCase(PEOPLE), { seed: seed + index, numRuns: 1 });
    if (one === undefined) continue;
    const prepared = prepare(one, kind?.compact === true ? COMPACT : {});
    audience.publish(prepared.translation.content);
    await Promise.all(
      audience.listeners.map(async (listener) => {
        const { name } = listener.recipe;
        const holds = await audience.holds(listener, HOLDS_LIMIT_MS);
        const judged = await judgeClient(listener.client, name, prepared);
        const told = holds ? judged : refused(judged, `${name}: did not take environment ${seed + index}`);
        const before = found.get(name);
        found.set(name, before === undefined ? told : added(before, told));
      }),
    );
  }
  await audience.dismiss();
  await server.stop();
  return found;
}

/** Answers from the document before say nothing of this one. */
function refused({ agreement }: Judged, difference: string): Judged {
  const { environments, asked } = agreement;
  return {
    agreement: { environments, asked, same: 0, open: 0, narrowed: 0, different: asked },
    differences: [difference],
  };
}

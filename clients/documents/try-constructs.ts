import { pause } from "../../bench/measure.ts";
import type { DocumentContent } from "../../src/model/document.ts";
import type { DocumentResults, Taken } from "../results.ts";
import { askOne } from "../table.ts";
import { Audience, type Candidate, type Listener } from "./audience.ts";
import { CONSTRUCTS, type Construct } from "./constructs.ts";
import { startDocumentServer } from "./document-server.ts";

/** A client that refuses a document does so at once; one that loses its stream for it needs its back-off: of old ones minutes. */
const TAKEN_LIMIT_MS = 4_000;
const AGAIN_LIMIT_MS = 180_000;
/** A script that changes flag after flag over Flagsmith's API is that fast. */
const BURST_EVERY_MS = 20;
const BURST_LIMIT_MS = 20_000;

/** How many documents a burst has. */
export const BURST = 40;
/** How many bursts there are: whether the last document stays may be luck. */
export const BURSTS = 3;

/** What each client takes, by name of its recipe. */
export async function tryConstructs(
  candidates: readonly Candidate[],
  sample: DocumentContent,
  folder: string,
): Promise<ReadonlyMap<string, DocumentResults>> {
  if (candidates.length === 0) return new Map();
  const server = await startDocumentServer();
  const audience = new Audience(server, folder);
  await audience.gather(candidates);
  const taken = new Map<string, Record<string, Taken>>(candidates.map(({ recipe }) => [recipe.name, {}]));
  for (const construct of CONSTRUCTS) {
    audience.publish(construct.document);
    await Promise.all(
      audience.listeners.map(async (listener) => {
        const found = await tryOne(audience, listener, construct);
        Object.assign(taken.get(listener.recipe.name) ?? {}, { [construct.name]: found });
      }),
    );
    // Who lost its stream is back before the next document.
    audience.publish({ flags: {} });
    await Promise.all(audience.listeners.map((listener) => audience.holds(listener, AGAIN_LIMIT_MS)));
  }
  const held = new Map<Listener, number>();
  for (let number = 0; number < BURSTS; number += 1) {
    for (const listener of await burst(audience, sample)) held.set(listener, (held.get(listener) ?? 0) + 1);
  }
  const results = new Map(
    audience.listeners.map((listener) => {
      const { recipe, key } = listener;
      const found = { keySentAs: server.board.ways(key), taken: taken.get(recipe.name) ?? {} };
      return [recipe.name, { ...found, burstsHeld: held.get(listener) ?? 0 }];
    }),
  );
  await audience.dismiss();
  await server.stop();
  return results;
}

async function tryOne(audience: Audience, listener: Listener, { expected }: Construct): Promise<Taken> {
  if (!(await audience.holds(listener, TAKEN_LIMIT_MS))) return "refused";
  const flag = { flag: "probe", types: ["string" as const] };
  const answer = await askOne(listener.client, flag, { targetingKey: "ada" });
  const wanted = expected === "default" ? expected : JSON.stringify(expected);
  return answer === wanted ? "taken" : "flag";
}

/** Sends the sample document again and again, each time another one; those who come to hold the last one. */
async function burst(audience: Audience, sample: DocumentContent): Promise<readonly Listener[]> {
  for (let number = 1; number < BURST; number += 1) {
    audience.publish(sample);
    await pause(BURST_EVERY_MS);
  }
  audience.publish(sample);
  const held = await Promise.all(
    audience.listeners.map((listener) => audience.holds(listener, BURST_LIMIT_MS)),
  );
  return audience.listeners.filter((_, index) => held[index]);
}

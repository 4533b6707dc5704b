import { join } from "node:path";
import { ClientProcess } from "./client-process.ts";
import { Marker, type Member } from "./crew.ts";
import type { Candidate } from "./documents/audience.ts";
import type { ClientResult, FaultResult } from "./results.ts";
import { added, judgeClient, tableOf } from "./steps/answers.ts";
import { CHANGED_FLAGS, followChanges } from "./steps/changes.ts";
import { FAULTS, liveThrough } from "./steps/faults.ts";
import { rotateKey } from "./steps/rotation.ts";
import type { World } from "./world.ts";

/** What a client was seen to do, and what is wrong with it; nothing, if all is well. */
export interface Outcome {
  readonly result: ClientResult;
  readonly findings: readonly string[];
}

const START_LIMIT_MS = 60_000;
/** Longer than any client's grace period, after which it tells that it is not only STALE. */
const WATCH_MS = 15_000;
const QUICK_WATCH_MS = 3_000;
const NEVER: FaultResult = { backMs: null, events: [], changed: 0 };

async function start(world: World, candidates: readonly Candidate[]): Promise<readonly Member[]> {
  const place = { port: world.balancer.port, key: world.key.key };
  const members = candidates.map(({ recipe, program }) => ({
    recipe,
    program,
    client: new ClientProcess(program, place, join(world.folder, `${recipe.name}.log`)),
  }));
  await Promise.all(
    members.map(({ client }) => client.event(({ event }) => event === "STARTED", START_LIMIT_MS)),
  );
  return members;
}

function findingsOf(result: ClientResult, differences: readonly string[]): readonly string[] {
  const { name, changes, rotation } = result;
  const faults = FAULTS.flatMap((fault) => {
    const { backMs, changed } = result[fault.name];
    return [
      ...(backMs === null ? [`${name}: did not come back after: ${fault.title}`] : []),
      ...(changed > 0 ? [`${name}: ${changed} rounds of other answers while ${fault.title}`] : []),
    ];
  });
  return [
    ...differences,
    ...faults,
    ...(changes.count === 0 ? [`${name}: a change never came`] : []),
    ...(rotation.newKeyWorks ? [] : [`${name}: does not answer with a new key`]),
    ...(rotation.kept ? [] : [`${name}: did not keep its answers without a key, or got new ones`]),
  ];
}

/** Lets all clients follow the same environment through everything, at once. */
export async function playScenario(
  world: World,
  candidates: readonly Candidate[],
  options: { readonly quick: boolean; readonly say: (text: string) => void },
): Promise<readonly Outcome[]> {
  const { say } = options;
  const members = await start(world, candidates);
  const marker = new Marker(world);
  say("the sample environment, before and after changes");
  const before = await world.truth();
  const table = tableOf(before);
  const steady = { ...table, flags: table.flags.filter(({ flag }) => !CHANGED_FLAGS.has(flag)) };
  const judgedBefore = await Promise.all(
    members.map(({ client, recipe }) => judgeClient(client, recipe.name, before)),
  );
  const changes = await followChanges(world, members);
  const after = await world.truth();
  const judgedAfter = await Promise.all(
    members.map(({ client, recipe }) => judgeClient(client, recipe.name, after)),
  );
  const faults = new Map<string, ReadonlyMap<Member, FaultResult>>();
  for (const fault of FAULTS) {
    say(fault.title);
    faults.set(fault.name, await liveThrough(fault, members, { world, marker, steady }));
  }
  say("its key is deleted");
  const rotation = await rotateKey({ world, marker }, members, options.quick ? QUICK_WATCH_MS : WATCH_MS);
  const outcomes = members.flatMap((member, index): Outcome[] => {
    const [one, other, rotated] = [judgedBefore[index], judgedAfter[index], rotation.get(member)];
    if (one === undefined || other === undefined || rotated === undefined) return [];
    const { agreement, differences } = added(one, other);
    const of = (name: string): FaultResult => faults.get(name)?.get(member) ?? NEVER;
    const { recipe, program, client } = member;
    const started = client.events.find(({ event }) => event === "STARTED");
    const result: ClientResult = {
      name: recipe.name,
      title: recipe.title,
      package: recipe.package,
      registry: recipe.registry,
      version: program.version,
      isProvider: recipe.isProvider,
      date: new Date().toISOString().slice(0, 10),
      startedMs: (started?.atMs ?? Number.NaN) - client.startedAtMs,
      answers: agreement,
      changes: changes.get(member) ?? { count: 0, medianMs: 0, mostMs: 0 },
      drain: of("drain"),
      restart: of("restart"),
      outage: of("outage"),
      rotation: rotated,
    };
    return [{ result, findings: findingsOf(result, differences) }];
  });
  await Promise.all(members.map(({ client }) => client.stop()));
  return outcomes;
}

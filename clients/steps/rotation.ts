import { join } from "node:path";
import { createServerKey, deleteServerKey } from "../../src/demo/writer/write-keys.ts";
import { ClientProcess } from "../client-process.ts";
import type { Marker, Member } from "../crew.ts";
import type { RotationResult } from "../results.ts";
import type { World } from "../world.ts";

const START_LIMIT_MS = 30_000;
const SEEN_LIMIT_MS = 10_000;
const BACK_LIMIT_MS = 40_000;
const REASON = /.*(unauthenticated).*/i;

/**
 * Makes a new key and deletes the one that the members hold: what each of them says, what programs do that are started
 * with either key, and whether the members come back when the old key does. Clients without a valid key are watched for
 * `watchMs`.
 */
export async function rotateKey(
  { world, marker }: { readonly world: World; readonly marker: Marker },
  members: readonly Member[],
  watchMs: number,
): Promise<ReadonlyMap<Member, RotationResult>> {
  const { admin, sample } = world.database;
  const place = { environmentId: sample.developmentId, name: "clients" };
  const held = await Promise.all(members.map(({ client }) => marker.heldBy(client)));
  const renewed = await createServerKey(admin, place);
  const deletedMs = Date.now();
  await deleteServerKey(admin, world.key.id);
  const noticed = await Promise.all(
    members.map(({ client }) => client.event(() => true, watchMs, deletedMs)),
  );
  await marker.set();
  const withNew = await startAll(world, members, renewed.key);
  const newKeyWorks = await Promise.all(
    withNew.map(async (client) => (await marker.seenBy(client, SEEN_LIMIT_MS)) !== undefined),
  );
  await Promise.all(withNew.map((client) => client.stop()));
  const withOld = await startAll(world, members, world.key.key);
  await Promise.all(withOld.map((client) => client.event(() => false, watchMs)));
  await Promise.all(withOld.map((client) => client.stop()));
  const kept = await Promise.all(
    members.map(async ({ client }, index) => (await marker.heldBy(client)) === held[index]),
  );
  const events = members.map(({ client }) => client.namesSince(deletedMs));
  const message = members.map(({ client }) => reasonOf(client, deletedMs));
  const againMs = Date.now();
  await createServerKey(admin, { ...place, key: world.key.key });
  const back = await Promise.all(members.map(({ client }) => marker.seenBy(client, BACK_LIMIT_MS)));
  return new Map(
    members.map((member, index) => [
      member,
      {
        noticedMs: since(deletedMs, noticed[index]),
        events: events[index] ?? [],
        message: message[index] ?? "",
        kept: kept[index] ?? false,
        newKeyWorks: newKeyWorks[index] ?? false,
        startedWithOldKey: withOld[index]?.namesSince(0) ?? [],
        backMs: since(againMs, back[index]),
      },
    ]),
  );
}

async function startAll(
  world: World,
  members: readonly Member[],
  key: string,
): Promise<readonly ClientProcess[]> {
  const place = { port: world.balancer.port, key };
  const started = members.map(
    ({ recipe, program }) => new ClientProcess(program, place, join(world.folder, `${recipe.name}-2.log`)),
  );
  await Promise.all(
    started.map((client) => client.event(({ event }) => event === "STARTED", START_LIMIT_MS)),
  );
  return started;
}

function reasonOf(client: ClientProcess, fromMs: number): string {
  const messages = client.events.filter(({ atMs }) => atMs >= fromMs).map(({ message }) => message);
  return REASON.exec(messages.find((message) => REASON.test(message)) ?? "")?.[1] ?? "";
}

function since(fromMs: number, atMs: number | undefined): number | null {
  return atMs === undefined ? null : atMs - fromMs;
}

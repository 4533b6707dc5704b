import { pause } from "../../bench/measure.ts";
import { complaint, type Fault, over } from "../fault.ts";
import type { World } from "../world.ts";
import { everybodyHolds, notListening } from "./looks.ts";

const NOTICE_LIMIT_MS = 5_000;

async function downFor(
  world: World,
  holdMs: number,
  go: () => Promise<void>,
): Promise<ReturnType<typeof over>> {
  const { database, writer } = world;
  await pause(500);
  await go();
  const noticed = await notListening(world, NOTICE_LIMIT_MS);
  await pause(world.holdMs(holdMs));
  await database.resume();
  const injection = over(1, complaint(noticed, "the servers did not notice that the database was away"));
  await writer.pause();
  await writer.once();
  return injection;
}

/** Connections of people at work: they keep Postgres from an easy shutdown. */
async function underLoad(world: World, work: () => Promise<void>): Promise<void> {
  let working = true;
  const hands = Array.from({ length: 3 }, async () => {
    while (working) {
      await world.database.admin
        .query("UPDATE features_featurestate SET updated_at = now() WHERE environment_id = $1", [
          world.places.developmentId,
        ])
        .catch(() => pause(10));
    }
  });
  await work();
  working = false;
  await Promise.all(hands);
}

/** What happens to the database's own process. */
export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: "postgres-killed",
    title: "SIGKILL to all of Postgres, then started again",
    writes: "single",
    recoverWithinMs: 5_000,
    run: (world) => downFor(world, 500, () => world.database.killPostgres()),
  },
  {
    name: "postgres-stopped",
    title: "Postgres stopped for 5 s",
    writes: "single",
    recoverWithinMs: 5_000,
    run: (world) => downFor(world, 5_000, () => world.database.halt()),
  },
  {
    name: "postgres-restarted",
    title: "Postgres restarted under load",
    writes: "single",
    recoverWithinMs: 5_000,
    async run(world) {
      const rounds = world.times(2);
      await underLoad(world, async () => {
        for (let round = 0; round < rounds; round++) {
          await pause(300 + 300 * world.random());
          await world.database.halt();
          await world.database.resume();
        }
      });
      return over(rounds);
    },
  },
  {
    name: "fail-over",
    title: "the database dies, a copy at another address takes over, and back again",
    writes: "single",
    recoverWithinMs: 5_000,
    async run(world) {
      const { database, writer } = world;
      await pause(500);
      const goBack = await database.failOver();
      await pause(world.holdMs(1_000));
      await writer.pause();
      await writer.once();
      const followed = await everybodyHolds(world, 5_000);
      await goBack();
      const injection = over(2, complaint(followed, "the copy's changes did not arrive"));
      await writer.once();
      return injection;
    },
  },
];

import { pause } from "../../bench/measure.ts";
import { memberOf } from "../../src/demo/writer/read-rows.ts";
import { openDatabase } from "../../src/postgres/connection/database.ts";
import { SERVER_PASSWORD, SERVER_ROLE } from "../database/chaos-database.ts";
import { complaint, type Fault, over, within } from "../fault.ts";
import type { World } from "../world.ts";
import { raiseCounter } from "../writer/counter.ts";
import { notListening } from "./looks.ts";

/** Above what Postgres lets in. */
const MORE_THAN_ALL_CONNECTIONS = 210;

async function failures(world: World): Promise<number> {
  const counts = await Promise.all(
    world.replicas.map((replica) => replica.metric("flagsmith_flagd_refresh_failures_total")),
  );
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** Others take every connection, and again each that a server loses, until `work` is done. */
async function withoutFreeConnections(world: World, work: () => Promise<void>): Promise<void> {
  const url = new URL(world.database.directUrl);
  url.username = "hog";
  url.password = "hog";
  await world.database.admin.execute("CREATE ROLE hog LOGIN PASSWORD 'hog'");
  const others = openDatabase({
    connectionString: url.href,
    applicationName: "chaos hog",
    maxConnections: MORE_THAN_ALL_CONNECTIONS,
    onIdleError: () => undefined,
  });
  let holding = true;
  const hold = async (): Promise<void> => {
    while (holding) await others.query("SELECT pg_sleep(0.5)").catch(() => pause(20));
  };
  const hands = Array.from({ length: MORE_THAN_ALL_CONNECTIONS }, hold);
  try {
    await work();
  } finally {
    holding = false;
    await Promise.all(hands);
    await others.close();
    await world.database.admin.execute("DROP ROLE hog");
  }
}

/** Whether nothing is free and the servers have nothing. */
async function isExhausted({ database }: World): Promise<boolean> {
  const [row] = await database.admin.query(
    `SELECT count(*) FILTER (WHERE usename = $1)::int AS own, count(*)::int AS used,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most
     FROM pg_stat_activity WHERE backend_type = 'client backend'`,
    [SERVER_ROLE],
  );
  return memberOf(row, "own") === 0 && Number(memberOf(row, "used")) >= Number(memberOf(row, "most"));
}

/** What happens to the servers' connections while the database itself is well. */
export const CONNECTION_FAULTS: readonly Fault[] = [
  {
    name: "listener-terminated",
    title: "the backend that listens terminated, and nothing else",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      let injected = 0;
      for (let round = 0; round < world.times(3); round++) {
        await pause(300 + 300 * world.random());
        injected += await world.database.terminate("listeners");
      }
      await world.writer.pause();
      injected += await world.database.terminate("listeners");
      return over(injected);
    },
  },
  {
    name: "backends-terminated",
    title: "every backend of the servers terminated",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      let injected = 0;
      for (let round = 0; round < world.times(4); round++) {
        await pause(300 + 300 * world.random());
        injected += await world.database.terminate();
      }
      await world.writer.pause();
      injected += await world.database.terminate();
      return over(injected);
    },
  },
  {
    name: "password-changed",
    title: "the servers' password changed and their backends terminated, for 3 s",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { admin } = world.database;
      await admin.execute(`ALTER ROLE ${SERVER_ROLE} PASSWORD 'another'`);
      await world.database.terminate();
      const noticed = await notListening(world, 3_000);
      await pause(world.holdMs(3_000));
      await world.writer.pause();
      await admin.execute(`ALTER ROLE ${SERVER_ROLE} PASSWORD '${SERVER_PASSWORD}'`);
      return over(1, complaint(noticed, "the servers did not notice"));
    },
  },
  {
    name: "connections-exhausted",
    title: "others take all of max_connections while the servers lose theirs",
    writes: "none",
    recoverWithinMs: 5_000,
    async run(world) {
      const { database, writer } = world;
      let exhausted = false;
      let felt = false;
      await withoutFreeConnections(world, async () => {
        exhausted = await within(15_000, async () => {
          await database.terminate();
          return await isExhausted(world);
        });
        felt = await notListening(world, 3_000);
        await pause(world.holdMs(2_000));
        await writer.once();
      });
      return over(1, [
        ...complaint(exhausted, "there were connections left"),
        ...complaint(felt, "the servers did not notice"),
      ]);
    },
  },
  {
    name: "statements-time-out",
    title: "a table locked, as by a long ALTER TABLE: every reading runs into its timeout",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { admin } = world.database;
      const { developmentId: environmentId, counterId: featureId } = world.places;
      await pause(300);
      await world.writer.pause();
      const before = await failures(world);
      await admin.write(async (transaction) => {
        await transaction.execute("LOCK TABLE features_feature IN ACCESS EXCLUSIVE MODE");
        await raiseCounter(admin, { environmentId, featureId });
        await pause(world.holdMs(3_000) + 1_000);
      });
      const injection = over(1);
      const felt = (await failures(world)) > before;
      return { ...injection, complaints: complaint(felt, "no reading failed") };
    },
  },
];

import { pause } from "../../bench/measure.ts";
import { startChild } from "../../bench/processes/child.ts";
import { scheduleToggle } from "../../src/demo/change-flag.ts";
import { complaint, type Fault, over } from "../fault.ts";
import type { Replica } from "../replica.ts";
import { DRAIN_MS, type World } from "../world.ts";
import { watchHealth } from "./health-watch.ts";
import { everybodyHolds } from "./looks.ts";

const HOUR_MS = 3_600_000;
/** In each environment, so that ending them takes a while: they are ended 10 ms apart. */
const DRAIN_STREAMS = 40;
const GRPC_UNAVAILABLE = 14;

function oneOf(world: World): Replica {
  return world.replicas[world.random() < 0.5 ? 0 : 1];
}

/** What a drain promises to those who follow, read from how their streams ended. */
async function drainComplaints(world: World, replica: Replica, fromMs: number): Promise<readonly string[]> {
  const ends = (await world.followers.recordings(fromMs))
    .filter(({ kind, follower }) => kind === "stream" && follower.startsWith(`${replica.options.name} `))
    .flatMap(({ end, seen }) => (end === undefined || seen.length === 0 ? [] : [end]));
  const codes = [...new Set(ends.map(({ code }) => code))];
  const times = ends.map(({ atMs }) => atMs);
  return [
    ...complaint(
      codes.length === 1 && codes[0] === GRPC_UNAVAILABLE,
      `streams ended with status ${codes.join(", ")}, not only with UNAVAILABLE`,
    ),
    ...complaint(Math.max(...times) - Math.min(...times) > 300, "all streams were ended in one moment"),
  ];
}

/** What happens to a server's process. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: "server-killed",
    title: "SIGKILL to a server at a random moment, then started again",
    writes: "all",
    recoverWithinMs: 10_000,
    async run(world) {
      const rounds = world.times(3);
      for (let round = 1; ; round++) {
        const replica = oneOf(world);
        await pause(1_000 * world.random());
        await replica.kill();
        if (round === rounds) await world.writer.pause();
        replica.start();
        const injection = over(rounds);
        if (round === rounds) return injection;
        await replica.ready();
      }
    },
  },
  {
    name: "server-drained",
    title: "SIGTERM to a server, then started again",
    writes: "all",
    recoverWithinMs: 10_000,
    async run(world) {
      const replica = oneOf(world);
      const health = await watchHealth(replica.options.syncPort);
      const crowd = startChild("raw-client");
      const { syncPort: port } = replica.options;
      for (const key of world.places.keys.values()) {
        await crowd.ask("open", { port, protocol: "grpc", count: DRAIN_STREAMS, key });
      }
      await pause(300);
      const fromMs = Date.now();
      replica.signal("SIGTERM");
      const end = await replica.ended();
      const tookMs = Date.now() - fromMs;
      health.close();
      await crowd.stop();
      await pause(100);
      const complaints = [
        ...complaint(end.code === 0, `the process ended with ${end.code ?? end.signal}, not with 0`),
        ...complaint(tookMs < DRAIN_MS + 3_000, `the drain took ${tookMs} ms`),
        ...complaint(health.statuses.includes("NOT_SERVING"), "health never said NOT_SERVING"),
        ...(await drainComplaints(world, replica, fromMs)),
      ];
      await world.writer.pause();
      replica.start();
      return over(1, complaints);
    },
  },
  {
    name: "server-stopped",
    title: "SIGSTOP to a server, SIGCONT 5 s later",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const replica = oneOf(world);
      await pause(300);
      replica.signal("SIGSTOP");
      await pause(world.holdMs(5_000));
      await world.writer.pause();
      replica.signal("SIGCONT");
      return over(1);
    },
  },
  {
    name: "clock-jumps",
    title: "one server's wall clock an hour ahead, the other's an hour behind, over a scheduled change",
    writes: "single",
    recoverWithinMs: 5_000,
    async run(world) {
      const { replicas, writer, database, places } = world;
      await replicas[0].setClock(HOUR_MS);
      await replicas[1].setClock(-HOUR_MS);
      await pause(500);
      await writer.pause();
      const environmentKey = places.keys.get("development") ?? "";
      const { liveFrom } = await scheduleToggle(database.admin, {
        flag: "chaos_override",
        environmentKey,
        delayMs: 1_500,
      });
      const early = await everybodyHolds(world, 1_000);
      await pause(Math.max(0, liveFrom.getTime() - Date.now()));
      const punctual = await everybodyHolds(world, 1_000);
      for (const replica of replicas) await replica.setClock(0);
      await writer.once();
      return over(2, [
        ...complaint(early, "the change showed before its time"),
        ...complaint(punctual, "the change was more than a second late"),
      ]);
    },
  },
];

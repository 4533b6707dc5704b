import { pause } from "../../bench/measure.ts";
import { type Marker, type Member, Steady } from "../crew.ts";
import type { FaultResult } from "../results.ts";
import type { Table } from "../table.ts";
import type { World } from "../world.ts";

/** The longest back-off of a client is 12 s, and a connection that is refused meanwhile doubles it. */
const BACK_LIMIT_MS = 60_000;
const AWAY_MS = 2_000;

/** What is broken, and when it is whole again. */
export interface Fault {
  readonly name: "drain" | "restart" | "outage";
  readonly title: string;
  /** Breaks and mends; a live stream can show what is changed once it has returned. */
  inject(world: World): Promise<void>;
}

/** The faults, in the order in which they are injected. */
export const FAULTS: readonly Fault[] = [
  {
    name: "drain",
    title: "a second server takes over, the first is told to stop",
    async inject({ balancer, replicas: [first, second] }) {
      second.start();
      await second.ready();
      balancer.retarget({ host: "127.0.0.1", port: second.options.syncPort });
      first.signal("SIGTERM");
    },
  },
  {
    name: "restart",
    title: "the server is killed, and started again on the same port",
    async inject({ replicas: [, second] }) {
      await second.kill();
      await pause(AWAY_MS);
      second.start();
      await second.ready();
    },
  },
  {
    name: "outage",
    title: "the database is away",
    async inject({ database }) {
      await database.halt();
      await pause(AWAY_MS);
      await database.resume();
    },
  },
];

/** Injects a fault while every member is asked, changes something afterwards, and waits until every member shows it. */
export async function liveThrough(
  fault: Fault,
  members: readonly Member[],
  scene: { readonly world: World; readonly marker: Marker; readonly steady: Table },
): Promise<ReadonlyMap<Member, FaultResult>> {
  const { world, marker } = scene;
  const steady = new Steady(members, scene.steady);
  const fromMs = Date.now();
  await fault.inject(world);
  const mendedMs = Date.now();
  await retried(() => marker.set());
  const back = await Promise.all(members.map(({ client }) => marker.seenBy(client, BACK_LIMIT_MS)));
  const changed = await steady.stop();
  return new Map(
    members.map((member, index) => {
      const seenMs = back[index];
      const backMs = seenMs === undefined ? null : seenMs - mendedMs;
      return [
        member,
        { backMs, events: member.client.namesSince(fromMs), changed: changed.get(member) ?? 0 },
      ];
    }),
  );
}

const RETRIES = 20;

/** The pool may still hold connections that the outage broke. */
async function retried<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (tries === RETRIES) throw error;
      await pause(100);
    }
  }
}

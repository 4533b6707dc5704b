import { within } from "../fault.ts";
import { recoveredAfterMs } from "../record/holding.ts";
import { readTruth } from "../truth.ts";
import type { World } from "../world.ts";

/** Whether every follower comes to hold what the database says now. To be asked while nobody writes. */
export async function everybodyHolds(world: World, limitMs: number): Promise<boolean> {
  const { hashes } = await readTruth(world.database.admin, world.places.keys);
  return await within(
    limitMs,
    async () => recoveredAfterMs(await world.followers.holding(hashes), 0) !== undefined,
  );
}

/** Whether every server notices that it no longer listens. */
export function notListening(world: World, limitMs: number): Promise<boolean> {
  return within(limitMs, async () => {
    const listening = await Promise.all(
      world.replicas.map((replica) => replica.metric("flagsmith_flagd_listening")),
    );
    return listening.every((value) => value === 0);
  });
}

/** Whether every follower of an environment is shown a new number, raised by the writer since a moment, within a limit. */
export function counterArrives(
  world: World,
  environment: string,
  fromMs: number,
  limitMs: number,
): Promise<boolean> {
  return within(limitMs, async () => {
    const recordings = await world.followers.recordings(fromMs);
    const counted = new Map<string, boolean>();
    for (const { follower, environment: of, seen } of recordings) {
      if (of !== environment) continue;
      const [first] = seen;
      const rose = seen.some(({ counter }) => (counter ?? 0) > (first?.counter ?? 0));
      counted.set(follower, (counted.get(follower) ?? false) || rose);
    }
    return counted.size > 0 && [...counted.values()].every(Boolean);
  });
}

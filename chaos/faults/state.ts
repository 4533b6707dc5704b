import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../bench/measure.ts";
import { complaint, type Fault, over, within } from "../fault.ts";
import type { Replica } from "../replica.ts";
import { everybodyHolds } from "./looks.ts";

/** Long enough for what was published last to be on the disk. */
const WRITTEN_MS = 1_500;

function stateFiles({ options }: Replica): readonly string[] {
  return readdirSync(options.stateDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Turns over one bit in the middle of each file. Returns how many there were. */
function corrupt(replica: Replica): number {
  const files = stateFiles(replica);
  for (const file of files) {
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(file, bytes);
  }
  return files.length;
}

/** What happens to a server that starts while the database is away. */
export const STATE_FAULTS: readonly Fault[] = [
  {
    name: "started-during-outage",
    title: "a server killed and started while the database is away: it serves from STATE_DIR",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { database, writer, replicas } = world;
      const [replica] = replicas;
      await pause(500);
      await writer.pause();
      await everybodyHolds(world, 5_000);
      await pause(WRITTEN_MS);
      database.network.refuse();
      database.network.cut();
      await replica.kill();
      replica.start();
      const served = await everybodyHolds(world, 8_000);
      const ready = await replica.readyStatus();
      await writer.once();
      database.network.accept();
      return over(1, [
        ...complaint(served, "the last good documents were not served during the outage"),
        ...complaint(ready === 200, `/readyz answered ${ready} during the outage`),
      ]);
    },
  },
  {
    name: "state-file-corrupt",
    title: "a bit turned over in the state, the server started while the database is away",
    writes: "all",
    recoverWithinMs: 10_000,
    async run(world) {
      const { database, writer, replicas } = world;
      const [replica] = replicas;
      await pause(500);
      await writer.pause();
      await pause(WRITTEN_MS);
      database.network.refuse();
      database.network.cut();
      await replica.kill();
      const before = new Set(stateFiles(replica));
      const injected = corrupt(replica);
      const fromMs = Date.now();
      replica.start();
      const aside = await within(5_000, () => stateFiles(replica).some((file) => !before.has(file)));
      await pause(world.holdMs(2_000));
      const { alive } = replica;
      const ready = await replica.readyStatus();
      const served = (await world.followers.recordings(fromMs)).some(
        ({ follower, seen }) =>
          follower.startsWith(`${replica.options.name} `) && seen.some(({ atMs }) => atMs >= fromMs),
      );
      await writer.once();
      database.network.accept();
      // Without database and state a server ends: whatever supervises it starts it again.
      if (!alive) replica.start();
      return over(injected, [
        ...complaint(aside, "no file was moved aside"),
        ...complaint(!served, "a corrupt state was served"),
        ...complaint(ready !== 200, "/readyz said ready without a document"),
      ]);
    },
  },
];

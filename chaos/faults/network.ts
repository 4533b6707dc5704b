import { pause } from "../../bench/measure.ts";
import { complaint, type Fault, over } from "../fault.ts";
import { notListening } from "./looks.ts";

/** What happens between the servers and the database. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: "network-cut",
    title: "every connection to the database reset, new ones refused for 4 s",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { network } = world.database;
      await pause(500);
      network.refuse();
      network.cut();
      const noticed = await notListening(world, 3_000);
      await pause(world.holdMs(4_000));
      await world.writer.pause();
      network.accept();
      return over(1, complaint(noticed, "the servers did not notice"));
    },
  },
  {
    name: "network-flaps",
    title: "every connection to the database reset, again and again at random moments",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const rounds = world.times(10);
      for (let round = 0; round < rounds; round++) {
        await pause(300 * world.random());
        world.database.network.cut();
      }
      await world.writer.pause();
      world.database.network.cut();
      return over(rounds + 1);
    },
  },
  {
    name: "network-cut-mid-message",
    title: "connections to the database reset after a random number of bytes",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { network } = world.database;
      const wanted = world.times(8);
      let cuts = 0;
      const endMs = Date.now() + 10_000;
      while (cuts < wanted && Date.now() < endMs) {
        network.afterBytes(1 + Math.floor(20_000 * world.random()), () => {
          cuts += 1;
          network.cut();
        });
        await pause(150 + 150 * world.random());
      }
      await world.writer.pause();
      network.afterBytes(Number.MAX_SAFE_INTEGER, () => undefined);
      return over(cuts);
    },
  },
  {
    name: "network-frozen",
    title: "no byte passes to or from the database for 4 s, then all that was held back",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const { network } = world.database;
      await pause(500);
      network.freeze();
      await pause(world.holdMs(4_000));
      await world.writer.pause();
      network.thaw();
      return over(1);
    },
  },
  {
    name: "network-stranded",
    title: "open connections to the database go silent for ever, new ones work",
    writes: "all",
    recoverWithinMs: 25_000,
    fullOnly: true,
    async run(world) {
      await pause(500);
      world.database.network.strand();
      const injection = over(1);
      await pause(1_000);
      return injection;
    },
  },
  {
    name: "network-half-closed",
    title: "the database's side of every connection ends, what the servers send still passes",
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const rounds = world.times(3);
      for (let round = 0; round < rounds; round++) {
        await pause(400 + 200 * world.random());
        world.database.network.halfClose();
      }
      await world.writer.pause();
      return over(rounds);
    },
  },
  {
    name: "network-slow",
    title: "every byte to or from the database 200 ms late, for 4 s",
    writes: "all",
    recoverWithinMs: 6_000,
    async run(world) {
      const { network } = world.database;
      network.delay(200);
      await pause(world.holdMs(4_000));
      await world.writer.pause();
      network.delay(0);
      return over(1);
    },
  },
];

import { connect } from "node:net";
import { syncFlagsRequest } from "../../bench/clients/h2-bytes.ts";
import { pause } from "../../bench/measure.ts";
import { startChild } from "../../bench/processes/child.ts";
import { complaint, type Fault, over, within } from "../fault.ts";
import { SLOW_READER_MS } from "../world.ts";

const SLOW_READERS = 20;
const STORM_STREAMS = 300;
const STREAMS = "flagsmith_flagd_active_streams";

/** What followers do to the servers, and what happens between them. */
export const CLIENT_FAULTS: readonly Fault[] = [
  {
    name: "slow-readers",
    title: `${SLOW_READERS} clients open a stream and take no byte of it`,
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      const [replica] = world.replicas;
      const key = world.places.keys.get("development") ?? "";
      const before = (await replica.metric(STREAMS)) ?? 0;
      const sockets = Array.from({ length: SLOW_READERS }, () => {
        const socket = connect({ port: replica.options.syncPort, host: "127.0.0.1" });
        socket.on("error", () => undefined);
        socket.write(syncFlagsRequest({ key, window: 1 }));
        return socket;
      });
      const open = await within(2_000, async () => ((await replica.metric(STREAMS)) ?? 0) > before);
      const reaped = await within(
        SLOW_READER_MS + 12_000,
        async () => ((await replica.metric(STREAMS)) ?? Number.POSITIVE_INFINITY) <= before,
      );
      await world.writer.pause();
      for (const socket of sockets) socket.destroy();
      return over(SLOW_READERS, [
        ...complaint(open, "the slow readers got no stream"),
        ...complaint(reaped, "the slow readers' streams were never ended"),
      ]);
    },
  },
  {
    name: "reconnect-storm",
    title: `everybody, and ${STORM_STREAMS} more, reconnects in one instant, again and again`,
    writes: "all",
    recoverWithinMs: 5_000,
    async run(world) {
      const [replica] = world.replicas;
      const client = startChild("raw-client");
      const rounds = world.times(3);
      try {
        const key = world.places.keys.get("development");
        const { syncPort: port } = replica.options;
        await client.ask("open", { port, protocol: "grpc", count: STORM_STREAMS, key });
        for (let round = 0; round < rounds; round++) {
          await pause(200);
          await Promise.all([world.followers.reconnect(), client.ask("storm")]);
        }
        await world.writer.pause();
        return over(rounds * STORM_STREAMS);
      } finally {
        await client.stop();
      }
    },
  },
  {
    name: "followers-cut",
    title: "followers' connections reset again and again",
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      const rounds = world.times(5);
      for (let round = 0; round < rounds; round++) {
        if (round === rounds - 1) await world.writer.pause();
        await pause(400 * world.random());
        world.followerNetwork.cut();
      }
      return over(rounds);
    },
  },
  {
    name: "followers-frozen",
    title: "no byte passes between a server and some followers for 4 s",
    writes: "all",
    recoverWithinMs: 3_000,
    async run(world) {
      await pause(300);
      world.followerNetwork.freeze();
      await pause(world.holdMs(4_000));
      await world.writer.pause();
      world.followerNetwork.thaw();
      return over(1);
    },
  },
];

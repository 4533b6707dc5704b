/**
 * (j) What do two processes on the same ports bring over one?
 * No goal: showing a gain on a machine whose second core is busy with the clients.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { measureFanOut } from "../clients/fan-client.ts";
import { createPlace, type Place } from "../database/place.ts";
import { LARGE, type PlaceSize, SMALL } from "../database/seed.ts";
import { median, pause } from "../measure.ts";
import type { Bench, Cell, Findings } from "../scenario.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function startCommand(
  place: Place,
  workers: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("../../src/main.js", import.meta.url)), "start"],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        DATABASE_URL: place.url,
        HOST: "127.0.0.1",
        SYNC_PORT: String(port),
        MANAGEMENT_PORT: String(managementPort),
        WORKERS: String(workers),
        LOG_LEVEL: "warn",
        GZIP_MIN_BYTES: "1000000000",
      },
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${managementPort}/readyz`).catch(() => undefined);
    if (answer?.status === 200) break;
    if (child.exitCode !== null) throw new Error("the server ended");
    await pause(50);
  }
  return {
    port,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function run(bench: Bench): Promise<Findings> {
  const sets: readonly (readonly [PlaceSize, number])[] = [
    [LARGE, bench.quick ? 200 : 1_000],
    [SMALL, bench.quick ? 1_000 : 5_000],
  ];
  const rows: (readonly Cell[])[] = [];
  for (const [size, streams] of sets) {
    const place = await createPlace(size);
    try {
      for (const workers of [1, 2]) {
        bench.say(`${streams} streams, ${workers} workers`);
        const server = await startCommand(place, workers);
        try {
          const { connectMs, rounds } = await measureFanOut({
            port: server.port,
            protocol: "grpc",
            streams,
            rounds: bench.quick ? 3 : 7,
            key: place.keyOf(1),
            change: () => place.toggle(),
          });
          const lasts = rounds.map(({ last }) => last);
          rows.push([
            `${streams.toLocaleString("en-US")} streams, ${size.features.toLocaleString("en-US")} flags`,
            workers,
            connectMs,
            median(rounds.map(({ p50 }) => p50)),
            median(lasts),
            `${Math.min(...lasts).toFixed(0)} - ${Math.max(...lasts).toFixed(0)}`,
          ]);
        } finally {
          await server.stop();
        }
      }
    } finally {
      await place.stop();
    }
  }
  return {
    tables: [
      {
        columns: ["what", "workers", "all connected (ms)", "p50 (ms)", "last: median", "best - worst"],
        rows,
      },
    ],
    remarks: ["From the commit on, as `flagsmith-flagd start` with WORKERS=1 and 2."],
  };
}

/** See the top of this file. */
export const workers = { letter: "j", title: "One process and two", run };

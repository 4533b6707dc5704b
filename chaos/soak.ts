/** Runs a server for long under a crowd that comes and goes and flags that change all the time: does it hold on to anything? */
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createPlace, type Place } from "../bench/database/place.ts";
import { SMALL } from "../bench/database/seed.ts";
import { pause } from "../bench/measure.ts";
import { type Child, startScript } from "../bench/processes/child.ts";
import { freePort } from "./free-port.ts";
import type { CrowdState } from "./processes/churn-client.ts";
import { Replica } from "./replica.ts";
import { soakMarkdown } from "./soak/soak-report.ts";
import { type Sample, type SoakRecord, verdictsOf } from "./soak/verdicts.ts";

const RESULTS = "chaos/results";
const STREAMS = "flagsmith_flagd_active_streams";
const CHANGE_EVERY_MS = 400;
const MEAN_LIFE_MS = 10_000;
const LEAVE_LIMIT_MS = 20_000;
const ASSEMBLE_LIMIT_MS = 10_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    streams: { type: "string", default: "1000" },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const streams = Number(values.streams);
if (!(durationMs > 0 && streams > 0)) throw new Error("--minutes and --streams take numbers above 0");
const sampleEveryMs = Math.min(30_000, Math.max(2_000, durationMs / 40));

async function startServer(place: Place): Promise<Replica> {
  const folder = resolve(RESULTS, "soak");
  mkdirSync(folder, { recursive: true });
  const replica = new Replica({
    name: "soak",
    syncPort: await freePort(),
    managementPort: await freePort(),
    stateDir: resolve(folder, "state"),
    logFile: resolve(folder, "server.log"),
    env: { DATABASE_URL: place.url, LOG_LEVEL: "warn" },
  });
  replica.start();
  await replica.ready();
  return replica;
}

/** Looks when everybody is there: what a stream costs must not look like growth. */
async function lookAt(replica: Replica, crowd: Child, beganMs: number): Promise<Sample> {
  await crowd.ask("hold", true);
  const limitMs = Date.now() + ASSEMBLE_LIMIT_MS;
  while ((await replica.metric(STREAMS)) !== streams && Date.now() < limitMs) await pause(100);
  const sample = {
    seconds: (Date.now() - beganMs) / 1_000,
    memory: await replica.memory(),
    streams: (await replica.metric(STREAMS)) ?? -1,
    crowd: await crowd.ask<CrowdState>("state"),
  };
  await crowd.ask("hold", false);
  return sample;
}

async function soak(place: Place, replica: Replica): Promise<SoakRecord> {
  const before = await replica.memory();
  const crowd = startScript(new URL("./processes/churn-client.js", import.meta.url));
  let changing = true;
  const changes = (async () => {
    while (changing) {
      await place.toggle();
      await pause(CHANGE_EVERY_MS);
    }
  })();
  try {
    await crowd.ask("start", {
      port: replica.options.syncPort,
      key: place.keyOf(1),
      streams,
      meanLifeMs: MEAN_LIFE_MS,
    });
    const beganMs = Date.now();
    const samples: Sample[] = [];
    while (Date.now() - beganMs < durationMs) {
      await pause(sampleEveryMs);
      const sample = await lookAt(replica, crowd, beganMs);
      samples.push(sample);
      const heapMb = (sample.memory.heapUsed / 2 ** 20).toFixed(1);
      console.error(`  ${sample.seconds.toFixed(0)} s: ${sample.streams} streams, heap ${heapMb} MB`);
    }
    await crowd.ask("leave");
    changing = false;
    await changes;
    const limitMs = Date.now() + LEAVE_LIMIT_MS;
    while ((await replica.metric(STREAMS)) !== 0 && Date.now() < limitMs) await pause(200);
    await pause(2_000);
    const after = await replica.memory();
    return { wanted: streams, before, samples, after, streamsAfter: (await replica.metric(STREAMS)) ?? -1 };
  } finally {
    changing = false;
    await changes;
    await crowd.stop();
  }
}

console.error(`${streams} streams for ${values.minutes} minutes`);
const startedAt = new Date().toISOString();
const place = await createPlace({ ...SMALL, features: 8 });
const replica = await startServer(place);
let record: SoakRecord;
try {
  record = await soak(place, replica);
} finally {
  await replica.kill();
  await place.stop();
}
const verdicts = verdictsOf(record);
console.log(soakMarkdown(record, verdicts));
const name = `${RESULTS}/soak-${startedAt.replaceAll(":", "-")}.json`;
writeFileSync(
  name,
  `${JSON.stringify({ startedAt, streams, minutes: values.minutes, ...record, verdicts }, undefined, 2)}\n`,
);
console.error(`written to ${name}`);
process.exit(verdicts.every(({ met }) => met) ? 0 : 1);

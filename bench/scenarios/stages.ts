/**
 * (b) Where does the time of one change go, from the commit to the stream?
 * No goal: many changes at once; the server then reads once for all of them.
 */
import { openFeed } from "../clients/notices.ts";
import { createPlace, type Place } from "../database/place.ts";
import { LARGE } from "../database/seed.ts";
import { median, pause, timed } from "../measure.ts";
import { startChild } from "../processes/child.ts";
import { atMost, type Bench, type Findings } from "../scenario.ts";
import { startOurs } from "../servers.ts";
import { builtFromScratch } from "./build-stages.ts";
import { stagesOfChange } from "./change-stages.ts";

const REST_MS = 300;

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

interface Toggles {
  readonly updateMs: number;
  readonly noticeMs: number;
  readonly builtMs: number;
  readonly totalMs: number;
}

/**
 * Toggles one flag again and again, `pauseMs` after the stream has it; medians, but for the server's own mean. Without a
 * pause caches are warm and processors awake, as in nobody's office.
 */
async function toggled(place: Place, rounds: number, pauseMs: number): Promise<Toggles> {
  const server = await startOurs(place, { GZIP_MIN_BYTES: "1000000000" });
  const client = startChild("raw-client");
  const feed = await openFeed(place.url);
  const management = server.managementPort ?? 0;
  const build = "flagsmith_flagd_document_build_seconds";
  try {
    await client.ask("open", { port: server.port, protocol: "grpc", count: 1, key: server.key });
    const [sumBefore, countBefore] = [
      await metric(management, `${build}_sum`),
      await metric(management, `${build}_count`),
    ];
    const updates: number[] = [];
    const notices: number[] = [];
    const totals: number[] = [];
    for (let round = 0; round < rounds; round++) {
      if (pauseMs > 0) await pause(pauseMs);
      await client.ask("expect");
      const noticed = feed.next();
      const beganEpoch = performance.timeOrigin + performance.now();
      const began = performance.now();
      updates.push((await timed(() => place.toggle())).ms);
      notices.push((await noticed) - began);
      totals.push((await client.ask<{ last: number }>("arrived", beganEpoch)).last);
    }
    const count = (await metric(management, `${build}_count`)) - countBefore;
    const builtMs = (((await metric(management, `${build}_sum`)) - sumBefore) / count) * 1_000;
    return { updateMs: median(updates), noticeMs: median(notices), builtMs, totalMs: median(totals) };
  } finally {
    await feed.close();
    await client.stop();
    await server.stop();
  }
}

async function run(bench: Bench): Promise<Findings> {
  const rounds = bench.quick ? 10 : 100;
  const place = await createPlace(LARGE);
  try {
    const { updateMs, noticeMs, builtMs, totalMs } = await toggled(place, rounds, 0);
    const rested = await toggled(place, rounds, REST_MS);
    const change = await stagesOfChange(place, rounds);
    const scratch = await builtFromScratch(place, bench.quick ? 3 : 10);
    return {
      tables: [
        {
          caption: `One toggle in an environment of 1,000 flags, one stream, ${rounds} changes; medians unless said:`,
          columns: ["stage", "ms"],
          rows: [
            ["UPDATE until it returns (statement and commit)", updateMs],
            ["UPDATE until another connection has the notification", noticeMs],
            ["server: read, translate, encode, record, publish (mean, by its own metric)", builtMs],
            ["UPDATE until the stream has the whole document", totalMs],
            [`the same, ${REST_MS} ms after the last one`, rested.totalMs],
            [`of it the server, ${REST_MS} ms after the last one (mean)`, rested.builtMs],
          ],
        },
        {
          caption: "The server's part, stage by stage, in a process that does nothing else:",
          columns: ["stage", "ms"],
          rows: change,
        },
        {
          caption: "The same document made from nothing, as at the start:",
          columns: ["stage", "ms"],
          rows: scratch.rows,
        },
      ],
      verdicts: [atMost("one toggle in 1,000 flags to one stream, p50", totalMs, 10, "ms")],
    };
  } finally {
    await place.stop();
  }
}

/** See the top of this file. */
export const stages = { letter: "b", title: "The stages of one change", run };

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { StateDirectory } from "../../src/state/state-directory.ts";
import { systemClock } from "../../src/support/clock.ts";
import { createRandom } from "../../src/verify/random.ts";
import { eventually } from "../server/harness.ts";
import { openPlace, type Place } from "../server/state-dir/place.ts";
import { type RunningCli, startCli } from "./run-cli.ts";

const SEED = Number(process.env.STATE_KILL_SEED ?? 7);
const KEYS = [DEMO_KEYS.development, DEMO_KEYS.production];

const later = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

describe(`state on disk, under kill -9 (seed ${SEED})`, () => {
  const { next: random } = createRandom(SEED);

  it("is whole after each of 25 kills of a process that only writes, and never older than what it had written", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "state-kill-")), "state");
    const refused: object[] = [];
    const state = new StateDirectory({
      path,
      clock: systemClock,
      onRefused: (file) => void refused.push(file),
    });
    let written = 0;
    for (let round = 0; round < 25; round++) {
      const script = resolve(import.meta.dirname, "hammer-state.mjs");
      const child = spawn(process.execPath, [script, path, String(written + 1)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.trim().split("\n")) written = Math.max(written, Number(line));
      });
      const ended = new Promise((done) => child.once("close", done));
      await new Promise((done) => child.stdout.once("data", done));
      await later(random() * 30);
      child.kill("SIGKILL");
      await ended;
      expect(written).toBeGreaterThan(round);
      for (const environmentId of [1, 2, 3]) {
        const saved = await state.loadDocument(environmentId, { target: "t", installation: "i" });
        const document = JSON.parse(saved?.bytes.toString() ?? "{}");
        expect(document).toMatchObject({ environmentId, count: Number(saved?.hash) });
        expect(document.count).toBeGreaterThanOrEqual(written);
      }
    }
    expect(refused).toEqual([]);
    rmSync(path, { recursive: true });
  }, 120_000);

  describe("of a server", () => {
    let place: Place;
    let cli: RunningCli | undefined;
    beforeAll(async () => {
      place = await openPlace();
    });
    afterAll(async () => {
      cli?.child.kill("SIGKILL");
      await cli?.ended;
      await place.remove();
    });

    interface Started {
      readonly cli: RunningCli;
      readonly sync: string;
      readonly management: string;
    }
    /** Starts the built server and waits until it is ready. */
    const start = async (): Promise<Started> => {
      const started = startCli(["start"], {
        DATABASE_URL: place.postgres.url,
        STATE_DIR: place.path,
        HOST: "127.0.0.1",
        SYNC_PORT: "0",
        MANAGEMENT_PORT: "0",
      });
      cli = started;
      let err = "";
      started.child.stderr?.on("data", (text: string) => {
        err += text;
      });
      const serving = await eventually(() => {
        expect(started.child.exitCode, err).toBeNull();
        const line = err.split("\n").find((one) => one.includes('"msg":"serving"'));
        return line === undefined
          ? undefined
          : (JSON.parse(line) as { syncPort: number; managementPort: number });
      });
      return {
        cli: started,
        sync: `http://127.0.0.1:${serving.syncPort}`,
        management: `http://127.0.0.1:${serving.managementPort}`,
      };
    };

    /** Kills it some milliseconds after it has begun to write one file or another. */
    const killWhileWriting = async ({ cli: { child, ended } }: Started): Promise<void> => {
      let left = 1 + Math.floor(random() * 8);
      const delayMs = random() * 4;
      const watcher = watch(place.path, (_, name) => {
        if (!name?.endsWith(".tmp") || --left > 0) return;
        watcher.close();
        if (delayMs < 1) child.kill("SIGKILL");
        else setTimeout(() => child.kill("SIGKILL"), delayMs);
      });
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (!over) {
        for (const environmentKey of KEYS) {
          await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey });
        }
      }
    };

    it("starts during an outage with whole documents that were once true", async () => {
      for (let round = 0; round < 5; round++) {
        const server = await start();
        await eventually(() => (place.files().length >= 3 ? true : undefined));
        await killWhileWriting(server);
        const rows = await place.database.query("SELECT hash, version FROM flagd_sync.revision");
        const published = new Set(
          (rows as { hash: string; version: Date }[]).map(
            ({ hash, version }) => `${hash} ${version.toISOString()}`,
          ),
        );
        await place.postgres.halt();
        const restarted = await start();
        expect((await fetch(`${restarted.management}/readyz`)).status).toBe(200);
        for (const key of KEYS) {
          const answer = await fetch(`${restarted.sync}/api/v1/flagd/flags.json`, {
            headers: { "x-environment-key": key },
          });
          const text = await answer.text();
          const version: string = JSON.parse(text).metadata.version;
          const content = text.replace(`,"version":"${version}"`, "");
          const hash = createHash("sha256").update(content).digest("hex");
          expect(published, `round ${round}`).toContain(`${hash} ${version}`);
        }
        expect(place.files().filter((name) => name.includes("rejected"))).toEqual([]);
        restarted.cli.child.kill("SIGKILL");
        await restarted.cli.ended;
        await place.postgres.resume();
      }
    }, 240_000);
  });
});

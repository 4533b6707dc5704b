import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import type { StatusReport } from "../../src/model/status.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type RunningCli, startCli } from "../cli/run-cli.ts";
import { eventually, type FollowedStream, follow } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { faultsOf } from "./description.ts";
import { PLACE } from "./place.ts";

const TOKEN = "a-token-of-20-letters";

describe("the status of two workers", () => {
  let test: TestDatabase;
  let cli: RunningCli;
  let url: string;
  const streams: FollowedStream[] = [];

  const ask = (): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  const until = (fits: (report: StatusReport) => boolean): Promise<StatusReport> =>
    eventually(async () => {
      const answer = await ask().catch(() => undefined);
      const report = answer?.ok ? ((await answer.json()) as StatusReport) : undefined;
      return report !== undefined && fits(report) ? report : undefined;
    });

  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateUp(test.database);
    const sample = await createSampleProject(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    const [sync, management] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${management}/api/status`;
    cli = startCli(["start", "--workers", "2"], {
      DATABASE_URL: test.url,
      HOST: "127.0.0.1",
      SYNC_PORT: sync,
      MANAGEMENT_PORT: management,
      STATUS_TOKEN: TOKEN,
    });
    await until(({ server }) => server.ready && server.processes === 2);
    for (const _ of [1, 2]) streams.push(follow(`127.0.0.1:${sync}`, PLACE.environmentKey));
  });
  afterAll(async () => {
    for (const stream of streams) stream.close();
    cli?.child.kill("SIGTERM");
    await cli?.ended;
    await test?.drop();
  });

  it("is put together: all followers, each change once, protected by the same token", async () => {
    expect((await fetch(url)).status).toBe(401);
    await Promise.all(streams.map((stream) => stream.until(() => true)));
    const before = await until(({ totals }) => totals.followers === 2 && totals.current === 2);
    expect(new Set(before.followers.map(({ id }) => id)).size).toBe(2);
    const development = before.environments.find(({ flagSetId }) => flagSetId === "Demo-shop/Development");
    expect(development).toMatchObject({ followers: 2, followersCurrent: 2, state: "current" });
    await toggleFlag(test.database, PLACE);
    const after = await until(
      ({ changes, totals }) =>
        changes[0]?.diff === "ready" && changes[0].followers === 2 && totals.behind === 0,
    );
    expect(after.changes).toHaveLength(1);
    expect(after.changes[0]?.flags[0]).toMatchObject({ flag: PLACE.flag });
    expect(await faultsOf("GET", url, await ask())).toEqual([]);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(await (await fetch(new URL("/", url), { headers })).text()).toContain("<main hidden>");
    expect((await fetch(new URL("/openapi.yaml", url))).status).toBe(200);
  });
});

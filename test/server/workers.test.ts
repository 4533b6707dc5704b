import { connect } from "node:http2";
import { createServer } from "node:net";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { mergeMetrics } from "../../src/transports/management/merge-metrics.ts";
import { type RunningCli, startCli } from "../cli/run-cli.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, type SeenDocument } from "./harness.ts";

const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags.maintenance_mode?.state === "ENABLED";

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === "object" ? address?.port : "");
}

interface OwnStream {
  /** The documents that came, as texts. */
  texts(): readonly string[];
  /** The gRPC status that the stream ended with. */
  readonly ended: Promise<string>;
  close(): void;
}

/** A stream on a connection of its own: grpc-js would put all of them on one, and so on one worker. */
function openStream(address: string): OwnStream {
  const session = connect(`http://${address}`);
  session.on("error", () => undefined);
  const stream = session.request({
    ":method": "POST",
    ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
    "content-type": "application/grpc",
    "x-environment-key": PLACE.environmentKey,
  });
  stream.on("error", () => undefined);
  stream.end(Buffer.alloc(5));
  let held: Buffer = Buffer.alloc(0);
  const texts: string[] = [];
  stream.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (let end = frameEnd(held); end <= held.length; end = frameEnd(held)) {
      texts.push(fromBinary(SyncFlagsResponseSchema, held.subarray(5, end)).flagConfiguration);
      held = held.subarray(end);
    }
  });
  return {
    texts: () => texts,
    ended: new Promise((resolve) =>
      stream.once("trailers", (trailers) => resolve(String(trailers["grpc-status"]))),
    ),
    close: () => session.destroy(),
  };
}

function frameEnd(held: Buffer): number {
  return held.length < 5 ? Number.POSITIVE_INFINITY : 5 + held.readUInt32BE(1);
}

describe("two workers on the same ports", () => {
  let test: TestDatabase;
  let cli: RunningCli;
  let sync: string;
  let management: string;
  let log = "";
  const open: OwnStream[] = [];

  const opened = async (): Promise<OwnStream> => {
    const stream = openStream(sync);
    open.push(stream);
    await eventually(() => stream.texts()[0]);
    return stream;
  };
  const untilOn = (stream: OwnStream): Promise<string> =>
    eventually(() => stream.texts().find((text) => isOn(JSON.parse(text))));
  const ready = () =>
    eventually(async () => {
      const answer = await fetch(`${management}/readyz`).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
  const metrics = async (): Promise<string> => (await fetch(`${management}/metrics`)).text();

  beforeEach(async () => {
    test = await createTestDatabase();
    const sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    const [syncPort, managementPort] = [await freePort(), await freePort()];
    sync = `127.0.0.1:${syncPort}`;
    management = `http://127.0.0.1:${managementPort}`;
    cli = startCli(["start"], {
      WORKERS: "2",
      DATABASE_URL: test.url,
      HOST: "127.0.0.1",
      SYNC_PORT: syncPort,
      MANAGEMENT_PORT: managementPort,
    });
    log = "";
    cli.child.stderr?.on("data", (text: string) => {
      log += text;
    });
  });
  afterEach(async () => {
    for (const stream of open.splice(0)) stream.close();
    cli.child.kill("SIGKILL");
    await cli.ended;
    await test.drop();
  });

  it("share the streams, each gives its own the change, and both end them when told to", async () => {
    await ready();
    const streams: OwnStream[] = [];
    for (let count = 0; count < 4; count++) streams.push(await opened());
    const text = await metrics();
    for (const worker of [1, 2])
      expect(text).toContain(`flagsmith_flagd_active_streams{worker="${worker}"} 2`);
    expect(text).toContain('flagsmith_flagd_status_watchers{worker="first"} 0');
    await toggleFlag(test.database, PLACE);
    expect(new Set(await Promise.all(streams.map(untilOn))).size).toBe(1);

    cli.child.kill("SIGTERM");
    for (const stream of streams) expect(await stream.ended).toBe("14");
    expect(await cli.ended).toMatchObject({ code: 0 });
  });

  it("are started again when they die, while the other one serves on", async () => {
    await ready();
    const stream = await opened();
    const pidsOf = (worker: string): readonly number[] =>
      Array.from(log.matchAll(/"worker":"(\d)","pid":(\d+)/g))
        .filter(([, name]) => name === worker)
        .map(([, , pid]) => Number(pid));
    const idle = (await metrics()).match(/active_streams\{worker="(\d)"\} 0/)?.[1] ?? "";
    expect(pidsOf(idle)).toHaveLength(1);
    process.kill(pidsOf(idle)[0] ?? 0, "SIGKILL");
    await eventually(() => (pidsOf(idle).length === 2 ? true : undefined));
    expect((await fetch(`${management}/readyz`)).status).toBe(200);
    await toggleFlag(test.database, PLACE);
    await untilOn(stream);
    cli.child.kill("SIGINT");
    expect(await cli.ended).toMatchObject({ code: 0 });
  });
});

describe("workers that cannot start", () => {
  it("end all with the exit code that one alone would have", async () => {
    const env = { WORKERS: "2", HOST: "127.0.0.1", SYNC_PORT: "0", MANAGEMENT_PORT: "0" };
    const unreachable = "postgres://nobody@127.0.0.1:1/none";
    const run = await startCli(["start"], { ...env, DATABASE_URL: unreachable }).ended;
    expect(run.code).toBe(1);
    expect(run.err).toContain("DATABASE_UNREACHABLE");
    expect(
      (await startCli(["start"], { ...env, WORKERS: "none", DATABASE_URL: unreachable }).ended).code,
    ).toBe(2);
  });
});

describe("mergeMetrics", () => {
  it("keeps every value, with the worker as a label, and each comment once", () => {
    const text = (count: number) =>
      `# HELP a Things {of} many\n# TYPE a counter\na{reason="x y"} ${count}\n\n# HELP b Others\n# TYPE b gauge\nb ${count}\n`;
    const merged = mergeMetrics([
      { worker: "1", text: text(3) },
      { worker: "2", text: text(4) },
    ]);
    expect(merged).toBe(
      [
        "# HELP a Things {of} many",
        "# TYPE a counter",
        'a{worker="1",reason="x y"} 3',
        'a{worker="2",reason="x y"} 4',
        "# HELP b Others",
        "# TYPE b gauge",
        'b{worker="1"} 3',
        'b{worker="2"} 4',
        "",
      ].join("\n"),
    );
  });
});

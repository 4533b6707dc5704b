import { X509Certificate } from "node:crypto";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type RunningCli, startCli } from "../cli/run-cli.ts";
import type { MadeCertificate } from "../support/certificates.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { createTlsPlace, type TlsPlace, withClientCa } from "../support/tls-place.ts";
import { eventually } from "./harness.ts";

const CLIENT = "spiffe://cluster/ns/shop";
const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

/** Every new connection is handed to the next worker, so that so many in a row have met both. */
const BOTH = 4;

let test: TestDatabase;
let tls: TlsPlace;
let cli: RunningCli;
let client: MadeCertificate;
let syncPort: string;
let managementPort: string;
const closers: (() => void)[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  tls = createTlsPlace();
  client = tls.authority.issue({ name: "shop", names: [CLIENT] });
  [syncPort, managementPort] = [await freePort(), await freePort()];
  const { cert, key, clientCa = "" } = withClientCa(tls);
  cli = startCli(["start"], {
    WORKERS: "2",
    DATABASE_URL: test.url,
    HOST: "127.0.0.1",
    SYNC_PORT: syncPort,
    MANAGEMENT_PORT: managementPort,
    TLS_CERT_FILE: cert,
    TLS_KEY_FILE: key,
    TLS_CLIENT_CA_FILE: clientCa,
    TLS_CLIENT_CERTIFICATES: "optional",
    TLS_CLIENT_ENVIRONMENTS: `${CLIENT}=${sample.developmentId}`,
    MANAGEMENT_TLS_CERT_FILE: cert,
    MANAGEMENT_TLS_KEY_FILE: key,
  });
});
afterAll(async () => {
  for (const close of closers) close();
  cli.child.kill("SIGKILL");
  await cli.ended;
  tls.remove();
  await test.drop();
});

/** A stream on a connection of its own, by the client certificate or by a key. */
function openStream(how: "certificate" | "key") {
  const session = connect(`https://localhost:${syncPort}`, {
    ca: tls.authority.cert,
    ...(how === "certificate" ? client : {}),
  });
  session.on("error", () => undefined);
  closers.push(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
    "content-type": "application/grpc",
    ...(how === "key" ? { "x-environment-key": PLACE.environmentKey } : {}),
  });
  stream.on("error", () => undefined);
  stream.end(Buffer.alloc(5));
  let held = Buffer.alloc(0);
  const texts: string[] = [];
  stream.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
      const end = 5 + held.readUInt32BE(1);
      texts.push(fromBinary(SyncFlagsResponseSchema, held.subarray(5, end)).flagConfiguration);
      held = held.subarray(end);
    }
  });
  const ended = new Promise<IncomingHttpHeaders>((resolve) => stream.once("trailers", resolve));
  return { texts, ended };
}

function ask(path: string): Promise<{ status: number | undefined; body: string }> {
  const options = { ca: tls.authority.cert, agent: false };
  return new Promise((resolve, reject) => {
    request(`https://localhost:${managementPort}${path}`, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on("error", reject)
      .end();
  });
}

/** The serial number of the certificate that a new connection is shown. */
function serialAt(port: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "localhost", port: Number(port), ca: tls.authority.cert }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

it("two workers speak TLS, take new certificates without dropping a stream, and end their streams in order", async () => {
  await eventually(async () =>
    (await ask("/readyz").catch(() => undefined))?.status === 200 ? true : undefined,
  );
  const streams: ReturnType<typeof openStream>[] = [];
  for (const how of ["certificate", "key", "certificate", "key"] as const) {
    const stream = openStream(how);
    streams.push(stream);
    await eventually(() => stream.texts[0]);
  }
  const { body } = await ask("/metrics");
  expect(body.match(/flagsmith_flagd_active_streams\{worker="\d"\} [1-3]$/gm)).toHaveLength(2);
  await expect(fetch(`http://localhost:${managementPort}/readyz`).then(({ status }) => status)).resolves.toBe(
    400,
  );

  const next = tls.authority.issue({ name: "next", names: ["localhost"] });
  const { serialNumber } = new X509Certificate(next.cert);
  expect(await serialAt(syncPort)).not.toBe(serialNumber);
  tls.swap(next);
  for (const port of [syncPort, managementPort]) {
    await eventually(async () => {
      for (let connection = 0; connection < BOTH; connection += 1) {
        if ((await serialAt(port)) !== serialNumber) return undefined;
      }
      return true;
    });
  }
  await toggleFlag(test.database, PLACE);
  for (const { texts } of streams) {
    const changed = await eventually(() => texts[1]);
    expect(JSON.parse(changed).flags.maintenance_mode.state).toBe("ENABLED");
  }

  cli.child.kill("SIGTERM");
  for (const { ended } of streams) expect((await ended)["grpc-status"]).toBe("14");
  const { code, err } = await cli.ended;
  expect(code).toBe(0);
  expect(err.match(/the TLS certificate was replaced/g)).toHaveLength(3);
  expect(err).not.toMatch(/PRIVATE KEY|"level":"(?:warn|error)"/);
});

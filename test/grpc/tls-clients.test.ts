/** Clients that have a certificate in place of a key, on a whole server. */
import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { runCli } from "../cli/run-cli.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTlsPlace, type TlsPlace, withClientCa } from "../support/tls-place.ts";
import { syncFlags } from "./clients.ts";
import { cleanUp } from "./harness.ts";

const SHOP = "spiffe://cluster/ns/shop";
const BOTH = "both.example";
const GHOST = "ghost.example";
const STRANGER = "stranger.example";

let database: TestDatabase;
let sample: SampleProject;
let place: TlsPlace;
let server: Awaited<ReturnType<typeof startTestServer>>;
let flagSets: Readonly<Record<"development" | "production", string>>;

const tlsEnv = (): Record<string, string> => {
  const { cert, key, clientCa = "" } = withClientCa(place);
  const [development, production] = [flagSets.development, flagSets.production];
  return {
    TLS_CERT_FILE: cert,
    TLS_KEY_FILE: key,
    TLS_CLIENT_CA_FILE: clientCa,
    TLS_CLIENT_ENVIRONMENTS: `${SHOP}=${production}, ${BOTH}=${development}, ${BOTH}=${production}, ${GHOST}=no/where`,
    MANAGEMENT_TLS_CERT_FILE: cert,
    MANAGEMENT_TLS_KEY_FILE: key,
  };
};

beforeAll(async () => {
  place = createTlsPlace();
  database = await createTestDatabase();
  sample = await createSampleProject(database.database);
  await migrateUp(database.database);
  await chooseForProject(database.database, sample.projectId, { enabled: true });
  const plain = await startTestServer(database.url);
  const read = async (key: string): Promise<string> => {
    const reply = await fetch(`http://${plain.address}/v1/flags`, { headers: { "x-environment-key": key } });
    return JSON.parse(await reply.text()).metadata.flagSetId;
  };
  flagSets = { development: await read(DEMO_KEYS.development), production: await read(DEMO_KEYS.production) };
  await plain.stop();
  server = await startTestServer(database.url, tlsEnv());
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  place.remove();
});

function as(name: string, options: { selector?: string; key?: string } = {}) {
  const pair = place.authority.issue({ name: "client", names: [name] });
  const [ca, key, cert] = [place.authority.cert, pair.key, pair.cert].map((text) => Buffer.from(text));
  const credentials = grpc.credentials.createSsl(ca, key, cert);
  const client = new grpc.Client(server.address, credentials);
  cleanUp(() => client.close());
  return syncFlags(client, {
    fields: { selector: options.selector ?? "" },
    metadata: options.key === undefined ? {} : { "x-environment-key": options.key },
  });
}
const flagSetOf = async (call: ReturnType<typeof as>): Promise<string> =>
  JSON.parse(await call.next()).metadata.flagSetId;

test("a certificate opens its environment, without a header and without a selector", async () => {
  expect(await flagSetOf(as(SHOP))).toBe(flagSets.production);
});

test("a key that is sent wins, right or wrong", async () => {
  expect(await flagSetOf(as(SHOP, { key: DEMO_KEYS.development }))).toBe(flagSets.development);
  expect((await as(SHOP, { key: "ser.nobody-knows-this-key" }).failure).code).toBe(
    grpc.status.UNAUTHENTICATED,
  );
});

test("of several environments the selector names one", async () => {
  for (const flagSet of Object.values(flagSets)) {
    expect(await flagSetOf(as(BOTH, { selector: `flagSetId=${flagSet}` }))).toBe(flagSet);
  }
  expect((await as(BOTH).failure).code).toBe(grpc.status.FAILED_PRECONDITION);
  const other = await as(SHOP, { selector: `flagSetId=${flagSets.development}` }).failure;
  expect(other.code).toBe(grpc.status.PERMISSION_DENIED);
});

test("a certificate that is verified but mapped to nothing opens nothing, and hears why", async () => {
  const stranger = await as(STRANGER).failure;
  expect([stranger.code, stranger.details]).toEqual([
    grpc.status.UNAUTHENTICATED,
    expect.stringContaining("no name of the client certificate is known here"),
  ]);
  const ghost = await as(GHOST).failure;
  expect([ghost.code, ghost.details]).toEqual([
    grpc.status.UNAUTHENTICATED,
    expect.stringContaining("does not exist"),
  ]);
});

test("its stream ends when the project is disabled, as one with a key does", async () => {
  const call = as(SHOP);
  await call.next();
  await chooseForProject(database.database, sample.projectId, { enabled: false });
  expect((await call.failure).code).toBe(grpc.status.NOT_FOUND);
  await chooseForProject(database.database, sample.projectId, { enabled: true });
});

test("the management port speaks TLS without asking for a certificate, and `health` asks it so", async () => {
  const env = { MANAGEMENT_PORT: String(server.managementPort), ...tlsEnv() };
  expect(await runCli(["health"], env)).toMatchObject({ code: 0, err: "" });
  await expect(fetch(`http://127.0.0.1:${server.managementPort}/healthz`)).resolves.toMatchObject({
    status: 400,
  });
});

import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { messageOf } from "../../src/support/errors.ts";
import { loadSharedRows, onDatabase, type TestServer, withDatabase } from "./database.ts";
import { sharedFolder } from "./shared-folder.ts";

async function makeTemplates(adminUrl: string): Promise<TestServer> {
  const flagsmithTemplate = `template_${randomBytes(6).toString("hex")}`;
  const sharedTemplate = sharedFolder() === undefined ? undefined : `${flagsmithTemplate}_shared`;
  await onDatabase(adminUrl, (admin) =>
    admin.execute(`CREATE DATABASE ${flagsmithTemplate} TEMPLATE template0`),
  );
  await onDatabase(withDatabase(adminUrl, flagsmithTemplate), createFlagsmithTables);
  if (sharedTemplate !== undefined) {
    await onDatabase(adminUrl, (admin) =>
      admin.execute(`CREATE DATABASE ${sharedTemplate} TEMPLATE ${flagsmithTemplate}`),
    );
    await onDatabase(withDatabase(adminUrl, sharedTemplate), (database) => loadSharedRows(database));
  }
  return { adminUrl, flagsmithTemplate, sharedTemplate, missing: undefined };
}

async function dropTemplates(server: TestServer): Promise<void> {
  await onDatabase(server.adminUrl, async (admin) => {
    for (const name of [server.flagsmithTemplate, server.sharedTemplate]) {
      if (name !== undefined) await admin.execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
}

/**
 * One Postgres for the whole test run: our own, or the running server that TEST_DATABASE_URL names (as a role that may
 * create databases). Without either the tests that need none still run; the others fail and say why.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env.TEST_DATABASE_URL;
  let cluster: EmbeddedPostgres | undefined;
  try {
    cluster = named === undefined ? await startEmbeddedPostgres() : undefined;
    const server = await makeTemplates(named ?? cluster?.url ?? "");
    project.provide("testServer", server);
    return async () => (cluster === undefined ? await dropTemplates(server) : await cluster.stop());
  } catch (error) {
    await cluster?.stop();
    const missing = `no Postgres for the tests: ${messageOf(error)}`;
    console.error(missing);
    project.provide("testServer", {
      adminUrl: "",
      flagsmithTemplate: "",
      sharedTemplate: undefined,
      missing,
    });
    return async () => undefined;
  }
}

import { afterEach, beforeEach, expect } from "vitest";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { createEnvironment, createOrganisation, createProject } from "../../src/demo/writer/write-places.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A rule tree as the dashboard writes it. */
export const RULES = [
  {
    type: "ALL",
    rules: [{ type: "ANY", conditions: [{ operator: "EQUAL", property: "plan", value: "gold" }] }],
  },
] as const;

/** An organisation, a project and an environment, in a database of its own for each test. */
export class ShopFixture {
  organisationId = 0;
  projectId = 0;
  environmentId = 0;
  #test: TestDatabase | undefined;

  get database(): Database {
    if (this.#test === undefined) throw new Error("no test is running");
    return this.#test.database;
  }

  async open(): Promise<void> {
    this.#test = await createTestDatabase();
    this.organisationId = await createOrganisation(this.database, "Org");
    const { organisationId } = this;
    this.projectId = await createProject(this.database, { organisationId, name: "Shop" });
    const { projectId } = this;
    this.environmentId = await createEnvironment(this.database, { projectId, name: "Dev" });
  }

  async close(): Promise<void> {
    await this.#test?.drop();
  }

  async rows(sql: string, ...values: unknown[]): Promise<readonly Row[]> {
    return (await this.database.query(sql, values)) as readonly Row[];
  }

  /** How many transactions left the rows that the query names by their `xmin`. */
  async transactions(sql: string, ...values: unknown[]): Promise<number> {
    return new Set((await this.rows(sql, ...values)).map((row) => row.xmin)).size;
  }

  /** The live default state of a feature in the environment. */
  async stateOf(featureId: number): Promise<number> {
    const id = await liveState(this.database, { environmentId: this.environmentId, featureId });
    expect(id).toBeDefined();
    return id ?? 0;
  }

  /** The environment's `updated_at`. */
  async touchedAt(): Promise<unknown> {
    const [row] = await this.rows(
      "SELECT updated_at FROM environments_environment WHERE id = $1",
      this.environmentId,
    );
    return row?.updated_at;
  }
}

/** Opens a shop before each test of the file, and drops it afterwards. */
export function useShop(): ShopFixture {
  const shop = new ShopFixture();
  beforeEach(() => shop.open());
  afterEach(() => shop.close());
  return shop;
}

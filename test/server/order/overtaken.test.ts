/** What a replica read but never showed, because another one had seen a later state already, must not come out later. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SchemaWatch } from "../../../src/app/database/schema-watch.ts";
import { Staleness } from "../../../src/app/database/staleness.ts";
import {
  EnvironmentPublisher,
  type PublishRequest,
} from "../../../src/app/pipeline/environment-publisher.ts";
import { Rebuild } from "../../../src/app/pipeline/rebuild.ts";
import { setFlagValue } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { readDirectory } from "../../../src/postgres/reading/read-directory.ts";
import { Board } from "../../../src/publish/board.ts";
import type { HeldIds } from "../../../src/snapshot/change-ledger.ts";
import { DatabaseTime } from "../../../src/snapshot/database-time.ts";
import { systemClock } from "../../../src/support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { prepareDatabase } from "../database-away/place.ts";

const HELD = "banner_text";
const OTHER = "shipping_rules";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** One replica's way from the rows to its board, whose readings the test can stop halfway. */
class Replica {
  readonly board = new Board();
  readonly shown: string[] = [];
  readonly #publisher: EnvironmentPublisher;
  readonly #schema: SchemaWatch;
  readonly #sample: SampleProject;
  readonly #testDatabase: TestDatabase;
  #halfway: () => Promise<void> = async () => undefined;

  private constructor(testDatabase: TestDatabase, sample: SampleProject, schema: SchemaWatch) {
    this.#sample = sample;
    this.#schema = schema;
    this.#testDatabase = testDatabase;
    const clock = systemClock;
    this.#publisher = new EnvironmentPublisher({
      database: testDatabase.database,
      schema,
      board: this.board,
      clock,
      databaseTime: new DatabaseTime(clock),
      logger: quiet,
      metrics: createMetrics("test"),
      onPublished: () => this.shown.push(this.values()),
      sizes: { sizeBudgetBytes: 3_000_000, maxDocumentBytes: 4_000_000 },
      timing: { settleMs: 0, settleMaxMs: 0 },
      flow: { begin: () => new Rebuild(clock, () => undefined) },
      caughtUp: async () => {
        await this.#halfway();
        return true;
      },
    });
  }

  static async open(testDatabase: TestDatabase, sample: SampleProject): Promise<Replica> {
    const { database } = testDatabase;
    const clock = systemClock;
    const parts = { database, clock, logger: quiet, metrics: createMetrics("test") };
    const schema = new SchemaWatch({ ...parts, staleness: new Staleness(clock) });
    await schema.check();
    return new Replica(testDatabase, sample, schema);
  }

  /** The two flags as the board has them: `<held> <other>`. */
  values(): string {
    const text = this.board.current(this.#sample.developmentId)?.bytes.toString() ?? "{}";
    const { flags } = JSON.parse(text) as { flags: Record<string, { variants: { control: string } }> };
    return [HELD, OTHER].map((flag) => flags[flag]?.variants.control).join(" ");
  }

  /** Publishes as a notification would ask it to. `halfway` runs between the reading and the agreement on its version. */
  async publish(
    names: readonly string[] | "everything",
    {
      held = [],
      halfway,
    }: { readonly held?: readonly string[]; readonly halfway?: () => Promise<void> } = {},
  ): Promise<string> {
    const { database } = this.#testDatabase;
    const { developmentId, featureIds } = this.#sample;
    const ids = (of: readonly string[]) =>
      new Set(of.map((name) => featureIds.get(name)).filter((id) => id !== undefined));
    const heldIds: HeldIds = { features: ids(held), segments: new Set() };
    const directory = await readDirectory(database, this.#schema.columns);
    const entry = directory.entries.find(({ environmentId }) => environmentId === developmentId);
    const settings = directory.settingsByProject.get(this.#sample.projectId);
    if (entry === undefined || settings === undefined)
      throw new Error("the environment is not in the directory");
    const wanted: PublishRequest["wanted"] =
      names === "everything" ? names : { features: ids(names), segments: new Set() };
    this.#halfway = halfway ?? (async () => undefined);
    const request = { entry, settings, wanted, held: () => heldIds, announced: true };
    return (await this.#publisher.publish(request)).kind;
  }
}

describe("a reading that another replica overtook (design decision 11)", () => {
  let testDatabase: TestDatabase;
  let late: Replica;
  let early: Replica;

  const write = (flag: string, text: string): Promise<unknown> =>
    setFlagValue(testDatabase.database, { flag, environmentKey: DEMO_KEYS.development }, text);

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    const sample = await prepareDatabase(testDatabase.database);
    await write(HELD, "a0");
    await write(OTHER, "b0");
    [late, early] = await Promise.all([
      Replica.open(testDatabase, sample),
      Replica.open(testDatabase, sample),
    ]);
    await late.publish("everything");
    await early.publish("everything");
    expect([late.values(), early.values()]).toEqual(["a0 b0", "a0 b0"]);
  });
  afterEach(() => testDatabase.drop());

  it("is not shown, and while a series holds its flag the flag stays as it was shown", async () => {
    await write(HELD, "a1");
    const overtaken = await late.publish([HELD], {
      halfway: async () => {
        await write(HELD, "a2");
        expect(await early.publish([HELD])).toBe("changed");
      },
    });
    expect(overtaken).toBe("outdated");
    expect(late.values()).toBe("a0 b0");

    await write(HELD, "a3");
    await write(OTHER, "b1");
    expect(await late.publish([HELD, OTHER], { held: [HELD] })).toBe("changed");
    expect(late.values()).toBe("a0 b1");

    expect(await late.publish([HELD])).toBe("changed");
    expect(await early.publish([HELD, OTHER])).toBe("changed");
    expect([late.values(), early.values()]).toEqual(["a3 b1", "a3 b1"]);
    expect(late.shown).toEqual(["a0 b0", "a0 b1", "a3 b1"]);
  });

  it("gets the later state, with the version it has everywhere, when it is read again", async () => {
    await write(HELD, "a1");
    const halfway = async (): Promise<void> => {
      await write(HELD, "a2");
      await early.publish([HELD]);
    };
    expect(await late.publish([HELD], { halfway })).toBe("outdated");
    expect(await late.publish([HELD])).toBe("changed");
    expect(late.values()).toBe("a2 b0");
    expect(late.board.revisions()).toEqual(early.board.revisions());
  });
});

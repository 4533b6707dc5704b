import { afterAll, beforeAll, expect, it } from "vitest";
import type { EnvironmentSnapshot } from "../../src/model/environment.ts";
import type { Translation } from "../../src/model/translation.ts";
import type { Database, Queryable } from "../../src/postgres/connection/database.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { type FlagsmithColumns, probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared } from "../support/shared-folder.ts";
import { contextOf, involvesPercentage, isBooleanLike, readTruth } from "../support/truth.ts";
import { checkSchema, flagd } from "../unit/translate/evaluate.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

/** flagd's schema admits one type per flag, Flagsmith does not: such flags are warned of, and flagd takes them. */
function withoutMixedTypes(translation: Translation): Translation {
  const mixed = new Set(
    translation.warnings.filter(({ reason }) => reason === "type_mismatch").map(({ feature }) => feature),
  );
  const flags = Object.entries(translation.content.flags).filter(([name]) => !mixed.has(name));
  return { ...translation, content: { ...translation.content, flags: Object.fromEntries(flags) } };
}

function counting(database: Database, count: { queries: number }): Database {
  return {
    ...database,
    readSnapshot: (work) =>
      database.readSnapshot((snapshot) => {
        const counted: Queryable = {
          ...snapshot,
          query(text, values) {
            count.queries += 1;
            return snapshot.query(text, values);
          },
        };
        return work(counted);
      }),
  };
}

describeWithShared("answers of a real Flagsmith", (folder) => {
  const truth = readTruth(folder);
  const asOf = new Date(truth.asOf);
  let test: TestDatabase;
  let columns: FlagsmithColumns;
  beforeAll(async () => {
    test = await createTestDatabase({ rows: "shared" });
    columns = await probeFlagsmith(test.database);
  });
  afterAll(() => test.drop());

  const read = async (environmentId: number, database = test.database): Promise<EnvironmentSnapshot> => {
    const reading = await readEnvironment(database, { environmentId, columns, settings: SETTINGS, asOf });
    if (reading === undefined) throw new Error(`environment ${environmentId} is not live`);
    return reading.snapshot;
  };

  it("agrees with every answer that involves no percentage, and evaluates without an error", async () => {
    const environments = [...new Set(truth.answers.map((answer) => Number(answer.env)))];
    const disagreements: string[] = [];
    let compared = 0;
    const left = { percentage: 0, traitsNotRecorded: 0 };
    for (const environmentId of environments) {
      const snapshot = await read(environmentId);
      const translation = translateEnvironment(snapshot);
      checkSchema(withoutMixedTypes(translation));
      const evaluate = flagd(translation);
      const answers = truth.answers.filter((one) => Number(one.env) === environmentId);
      const traitsRecorded = answers.some((answer) => Object.keys(answer.traits).length > 0);
      for (const answer of answers) {
        const context = contextOf(answer);
        for (const feature of snapshot.features) {
          const got = evaluate(feature.name, context);
          const [enabled, value] = answer.flags[feature.name] ?? [false, null];
          if (involvesPercentage(feature, snapshot)) {
            left.percentage += 1;
            continue;
          }
          if (!traitsRecorded && feature.segmentOverrides.length > 0) {
            left.traitsNotRecorded += 1;
            continue;
          }
          compared += 1;
          const off = got === undefined || (isBooleanLike(feature) && got === false);
          if (enabled ? got === (value ?? true) : off) continue;
          disagreements.push(
            `environment ${environmentId}, ${feature.name}, ${answer.identifier ?? "nobody"} ${JSON.stringify(answer.traits)}: Flagsmith ${enabled ? JSON.stringify(value) : "off"}, flagd ${JSON.stringify(got)}`,
          );
        }
      }
    }
    const share = 1 - disagreements.length / compared;
    console.log(
      `truth: ${compared - disagreements.length} of ${compared} answers agree (${(share * 100).toFixed(2)} %); left out: ${left.percentage} that involve a percentage, ${left.traitsNotRecorded} by segments in an environment whose traits were not recorded`,
    );
    for (const line of disagreements.slice(0, 20)) console.log(line);
    expect(compared).toBeGreaterThan(9_000);
    expect(disagreements).toEqual([]);
  });

  it("answers with a value of the flag where a percentage decides", async () => {
    const snapshot = await read(1);
    const evaluate = flagd(translateEnvironment(snapshot));
    const features = snapshot.features.filter((feature) => involvesPercentage(feature, snapshot));
    expect(features.length).toBeGreaterThan(2);
    for (const feature of features) {
      const values = new Set<unknown>([undefined, false, true]);
      for (const { value } of [
        feature.environmentState,
        ...feature.options,
        ...feature.segmentOverrides.map((override) => override.state),
        ...feature.identityOverrides.map((override) => override.state),
      ]) {
        values.add(value);
      }
      for (let person = 0; person < 200; person += 1) {
        expect(values).toContain(evaluate(feature.name, { targetingKey: `p${person}` }));
      }
    }
  });

  it("reads an environment with at most twelve queries", async () => {
    const count = { queries: 0 };
    const snapshot = await read(1, counting(test.database, count));
    expect(snapshot.features.length).toBeGreaterThan(30);
    expect(count.queries).toBeLessThanOrEqual(12);
  });

  it("does not find what is deleted, below something deleted, or unknown", async () => {
    for (const environmentId of [7, 9, 12, 999]) {
      const reading = await readEnvironment(test.database, { environmentId, columns, settings: SETTINGS });
      expect(reading).toBeUndefined();
    }
  });
});

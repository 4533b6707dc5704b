import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import type { UnreadablePart } from "../../src/model/environment.ts";
import type { TranslationWarning } from "../../src/model/warning.ts";
import type { Database, Queryable } from "../../src/postgres/connection/database.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { type FlagsmithColumns, probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import { type FlagTexts, flagTexts } from "../server/series/seen-flags.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

/** Tables whose rows a broken import may have spoilt. */
export const SPOILT_TABLES = [
  "features_feature",
  "features_featurestate",
  "features_featurestatevalue",
  "features_featuresegment",
  "multivariate_multivariatefeatureoption",
  "multivariate_multivariatefeaturestatevalue",
  "segments_segment",
  "segments_segmentrule",
  "segments_condition",
  "environments_environment",
  "environments_identity",
  "tags_tag",
] as const;

/** What Development becomes of some rows. */
export interface Outcome {
  readonly flags: FlagTexts;
  readonly warnings: readonly TranslationWarning[];
  readonly unreadable: readonly UnreadablePart[];
}

/** The sample project in tables that admit anything. */
export interface BadRowPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  /** Reads Development after these statements, which nobody else ever sees. */
  after(...statements: readonly string[]): Promise<Outcome>;
  /** The same for whatever `spoil` does in a transaction. */
  afterWork(spoil: (transaction: Queryable) => Promise<unknown>): Promise<Outcome>;
}

class RolledBack extends Error {}

async function admitAnything(database: Database): Promise<void> {
  const rows = await database.query(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', conrelid::regclass, conname) AS text
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u')
        AND conrelid::regclass::text = ANY ($1)
     UNION ALL
     SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index i
      WHERE indrelid::regclass::text = ANY ($1) AND indisunique AND NOT indisprimary
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
     UNION ALL
     SELECT format('ALTER TABLE %s ALTER %I DROP NOT NULL', attrelid::regclass, attname) FROM pg_attribute
      WHERE attrelid::regclass::text = ANY ($1) AND attnum > 0 AND attnotnull AND attidentity = ''
        AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))
     UNION ALL
     SELECT format('ALTER TABLE %s ALTER %I TYPE text', attrelid::regclass, attname) FROM pg_attribute
      WHERE attrelid::regclass::text = ANY ($1) AND attnum > 0 AND atttypid = 'varchar'::regtype`,
    [SPOILT_TABLES],
  );
  for (const row of rows) await database.execute((row as { readonly text: string }).text);
}

/** Opens the place; `test.drop()` closes it. */
export async function openBadRowPlace(): Promise<BadRowPlace> {
  const test = await createTestDatabase();
  const { database } = test;
  const sample = await createSampleProject(database);
  await admitAnything(database);
  const columns: FlagsmithColumns = await probeFlagsmith(database);

  const afterWork: BadRowPlace["afterWork"] = async (spoil) => {
    let outcome: Outcome | undefined;
    const spoilt = database.write(async (transaction) => {
      await spoil(transaction);
      const reader: Database = { ...database, readSnapshot: (work) => work(transaction) };
      const environmentId = sample.developmentId;
      const reading = await readEnvironment(reader, { environmentId, columns, settings: SETTINGS });
      if (reading === undefined) throw new Error("the environment is gone");
      const { content, warnings } = translateEnvironment(reading.snapshot);
      outcome = { flags: flagTexts(content), warnings, unreadable: reading.snapshot.unreadable ?? [] };
      throw new RolledBack();
    });
    await spoilt.catch((thrown: unknown) => {
      if (!(thrown instanceof RolledBack)) throw thrown;
    });
    if (outcome === undefined) throw new Error("nothing was read");
    return outcome;
  };

  return {
    test,
    sample,
    afterWork,
    after: (...statements) =>
      afterWork(async (transaction) => {
        for (const statement of statements) await transaction.query(statement);
      }),
  };
}

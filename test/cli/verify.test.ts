import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared, readSharedJson } from "../support/shared-folder.ts";
import { runCli } from "./run-cli.ts";

/** Fewer than the defaults, so that every environment has its turn. */
const QUICKLY = ["--contexts", "300", "--keys", "1000", "--seed", "1"];

describe("verify and explain on the sample project", () => {
  let test: TestDatabase;
  let env: { DATABASE_URL: string };
  beforeAll(async () => {
    test = await createTestDatabase();
    await createSampleProject(test.database);
    env = { DATABASE_URL: test.url };
  });
  afterAll(() => test.drop());

  const explain = (flag: string, context: object, ...more: string[]) =>
    runCli(
      [
        "explain",
        "--environment-key",
        DEMO_KEYS.development,
        "--flag",
        flag,
        "--context",
        JSON.stringify(context),
        ...more,
      ],
      env,
    );

  it.each([DEMO_KEYS.development, DEMO_KEYS.production])(
    "all that differs in %s was announced",
    async (environmentKey) => {
      const run = await runCli(["verify", "--environment-key", environmentKey, ...QUICKLY, "--json"], env);
      expect(run).toMatchObject({ code: 0, err: "" });
      const report = JSON.parse(run.out);
      expect(report).toMatchObject({ ok: true, seed: 1, contexts: 300, unknownFlags: [] });
      expect(report.flags).toHaveLength(21);
      expect(report.agreed + report.announced).toBe(report.compared);
      const flags = new Set(report.disagreements.map(({ flag }: { flag: string }) => flag));
      expect([...flags]).toEqual(["voucher_box"]);
      expect(report.shares.every(({ agrees }: { agrees: boolean }) => agrees)).toBe(true);
    },
  );

  it("says it in words, without colours and without a bar where nobody looks", async () => {
    const run = await runCli(
      ["verify", "--environment-key", DEMO_KEYS.development, "--contexts", "300"],
      env,
    );
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toMatch(/^✓ new_checkout {9}300 of 300 answers$/m);
    expect(run.out).toMatch(/^~ voucher_box .* differ as announced$/m);
    expect(run.out).toMatch(
      /rule: segment voucher_hunters \(id \d+\), inside for Flagsmith, outside for flagd/,
    );
    expect(run.out).toMatch(/^Demo-shop\/Development: \d+ of \d+ agree .*--seed \d+\n$/ms);
    expect(run.out).not.toContain("\u001b");
  });

  it("ends with 1 for an unknown key and 2 for wrong numbers", async () => {
    const unknown = await runCli(["verify", "--environment-key", "ser.nobody-has-this-key"], env);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/^flagsmith-flagd: KEY_UNKNOWN: [^\n]+\n$/);
    for (const wrong of [
      ["--contexts", "0"],
      ["--seed", "-1"],
      ["--keys", "many"],
    ]) {
      const run = await runCli(["verify", "--environment-key", DEMO_KEYS.development, ...wrong], env);
      expect(run.code).toBe(2);
    }
  });

  it.each([
    ["banner_text", { targetingKey: "ada" }, "identity override: on", "branch 1 of"],
    ["banner_text", { targetingKey: "bob", country: "AT" }, "segment german_speaking", "branch 3 of"],
    ["dark_theme", { targetingKey: "bob" }, "environment default: on", "no targeting"],
    ["maintenance_mode", {}, "environment default: off", "state DISABLED"],
    ["express_delivery", { targetingKey: "u", city: "Berlin" }, "segment express_area", "variant control"],
    ["debug_toolbar", { targetingKey: "007" }, "identity override: on", "variant control"],
  ])("explains %s for %o", async (flag, context, decided, branch) => {
    const run = await explain(flag, context);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out.split("\n").find((line) => line.includes("← decides"))).toContain(decided);
    expect(run.out).toContain(branch);
    expect(run.out).toContain("✓ both agree");
  });

  it("explains as JSON", async () => {
    const run = await explain("voucher_box", { targetingKey: "bob", voucher: "AB-AB" }, "--json");
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      flagSetId: "Demo-shop/Development",
      flag: "voucher_box",
      flagsmith: { enabled: true },
      flagd: { value: null },
      verdict: { kind: "announced", by: [{ reason: "regex_unsupported" }] },
      warnings: [{ reason: "regex_unsupported" }],
    });
  });

  it("helps with a flag that is not there, and with a context that is none", async () => {
    const unknown = await explain("baner_text", {});
    expect(unknown.code).toBe(2);
    expect(unknown.err).toMatch(/^flagsmith-flagd: CONFIG_INVALID: [^\n]*near: banner_text[^\n]*\n$/);
    for (const context of ["{", "[1]", "5", "null", '{"a":\n}']) {
      const key = ["--environment-key", DEMO_KEYS.development];
      const run = await runCli(["explain", ...key, "--flag", "banner_text", "--context", context], env);
      expect(run).toMatchObject({ code: 2, out: "" });
      expect(run.err).toMatch(/^flagsmith-flagd: CONFIG_INVALID: --context [^\n]+\n$/);
    }
  });
});

describeWithShared("verify on a real Flagsmith's rows", (folder) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase({ rows: "shared" });
  });
  afterAll(() => test.drop());

  it("finds nothing that was not announced, in the environment of any key", async () => {
    const rows = readSharedJson(folder, "flagsmith/rows.json.gz") as {
      readonly environments_environmentapikey: readonly { readonly key: string }[];
    };
    const verified = new Map<string, string>();
    for (const { key } of rows.environments_environmentapikey) {
      const run = await runCli(["verify", "--environment-key", key, ...QUICKLY, "--json"], {
        DATABASE_URL: test.url,
      });
      if (run.code === 1) {
        expect(run.err).toMatch(/KEY_UNKNOWN/);
        continue;
      }
      const report = JSON.parse(run.out);
      const unannounced = report.disagreements.filter(
        ({ announcedBy }: { announcedBy: readonly unknown[] }) => announcedBy.length === 0,
      );
      expect([report.flagSetId, unannounced]).toEqual([report.flagSetId, []]);
      expect(run.code).toBe(0);
      verified.set(report.flagSetId, `${report.agreed} of ${report.compared}`);
    }
    for (const [flagSetId, share] of verified) console.log(`verify: ${flagSetId}: ${share} agree`);
    expect(verified.size).toBeGreaterThanOrEqual(9);
  }, 180_000);
});

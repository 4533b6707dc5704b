import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createServerKey } from "../../src/demo/writer/write-keys.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { startTestServer } from "../server/harness.ts";
import { openRolesPlace, type RolesPlace } from "../server/least-privilege/place.ts";
import { createTestDatabase } from "../support/database.ts";
import { describeWithPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { type CliRun, runCli } from "./run-cli.ts";

const LIMIT_MS = 120_000;

/** What must be the same after the doctor has been: all rows of ours, and how often anything was ever written. */
const WRITTEN = `SELECT (SELECT json_agg(s) FROM flagd_sync.project_settings s)::text AS settings,
  (SELECT json_agg(h) FROM flagd_sync.environment_head h)::text AS heads,
  (SELECT count(*) FROM flagd_sync.revision)::int AS revisions`;

const findingsOf = ({ out }: CliRun): readonly Finding[] => JSON.parse(out).findings;
const codesOf = (run: CliRun): readonly string[] => findingsOf(run).map(({ code }) => code);
const messageOf = (run: CliRun, code: string): string =>
  findingsOf(run).find((finding) => finding.code === code)?.message ?? "";

describe("doctor, under the server's role", { timeout: LIMIT_MS }, () => {
  let place: RolesPlace;
  let stateDir: string;
  let env: Record<string, string>;
  const doctor = (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
    runCli(["doctor", "--json", ...args], { ...env, ...more });
  beforeAll(async () => {
    place = await openRolesPlace(true);
    stateDir = await mkdtemp(join(tmpdir(), "flagd-doctor-"));
    env = { DATABASE_URL: place.server.url, STATE_DIR: stateDir };
  });
  afterAll(async () => {
    await place.drop();
    await rm(stateDir, { recursive: true, force: true });
  });

  it("finds nothing wrong with a whole chain, and changes nothing", async () => {
    const server = await startTestServer(place.server.url);
    try {
      const before = await place.test.database.query(WRITTEN);
      await place.asAdmin(`ALTER ROLE ${place.role} SET default_transaction_read_only = on`);
      const asked = ["--server", server.address, "--management", `127.0.0.1:${server.managementPort}`];
      const run = await doctor(asked, { FLAGSMITH_SERVER_KEY: DEMO_KEYS.development });
      await place.asAdmin(`ALTER ROLE ${place.role} RESET default_transaction_read_only`);
      expect(run).toMatchObject({ code: 0, err: "" });
      expect(codesOf(run)).toEqual([
        "DATABASE_CONNECTED",
        "POSTGRES_VERSION",
        "CLOCK_AGREES",
        "LISTEN_CONNECTED",
        "NOTIFY_ARRIVES",
        "FLAGSMITH_FITS",
        "RIGHTS_ENOUGH",
        "SET_UP_WHOLE",
        "PROJECT_ENABLED",
        "KEY_VALID",
        "DOCUMENT_FITS",
        "DOCUMENT_WARNED",
        "KEY_VALID",
        "DOCUMENT_FITS",
        "DOCUMENT_WARNED",
        "STATE_DIR_USABLE",
        "STREAM_OPENED",
        "MANAGEMENT_READY",
      ]);
      expect(await place.test.database.query(WRITTEN)).toEqual(before);
      for (const secret of ["of-a-test", DEMO_KEYS.development]) expect(run.out).not.toContain(secret);

      const differs = await doctor(["--server", server.address, "--environment-key", DEMO_KEYS.development], {
        SIZE_BUDGET_BYTES: "1000",
      });
      expect(codesOf(differs)).toContain("STREAM_DIFFERS");
      const refused = await doctor(["--server", server.address, "--environment-key", "ser.of-nobody-at-all"]);
      expect(refused.code).toBe(3);
      expect(codesOf(refused)).toContain("STREAM_REFUSED");
      expect(refused.out).not.toContain("of-nobody-at-all");
    } finally {
      await server.stop();
    }
  });

  it("says in aligned text, without colours where nobody looks, what each finding means and what to do", async () => {
    const { out, code } = await runCli(["doctor"], { ...env, STATE_DIR: "" });
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {7}DATABASE_CONNECTED +127\.0\.0\.1:\d+\/test_\w+ as role flagd server/);
    expect(out).toMatch(
      /\nnote {5}STATE_DIR_UNSET +STATE_DIR is not set\n {9}Nothing is kept.*\n {9}What to do: Set/,
    );
    expect(out).toMatch(/\n\d+ ok, 2 notes, 2 warnings, 0 errors\n$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(out).not.toMatch(/\u001b/);
    expect((await runCli(["doctor", "--help"])).out).toMatch(/Examples:\n {2}flagsmith-flagd doctor\n/);
  });

  it("names rights that are missing, by what they take away, and those that are too many", async () => {
    const { role } = place;
    const take = `REVOKE SELECT (label) ON tags_tag FROM ${role}; REVOKE UPDATE ON flagd_sync.environment_head FROM ${role};
       REVOKE SELECT (key) ON authtoken_token FROM ${role}; REVOKE SELECT (hashed_key) ON api_keys_masterapikey FROM ${role}; REVOKE INSERT ON flagd_sync.project_settings FROM ${role};
       GRANT SELECT (password) ON users_ffadminuser TO ${role}`;
    await place.asAdmin(take);
    const run = await doctor();
    await place.asAdmin(
      take
        .replaceAll("REVOKE", "TEMP")
        .replaceAll("GRANT", "REVOKE")
        .replaceAll("TEMP", "GRANT")
        .replaceAll(`FROM ${role}`, "\u0000")
        .replaceAll(`TO ${role}`, `FROM ${role}`)
        .replaceAll("\u0000", `TO ${role}`),
    );
    expect(run.code).toBe(3);
    expect(messageOf(run, "RIGHT_MISSING")).toMatch(/lacks SELECT on tags_tag\.label$/);
    expect(messageOf(run, "RIGHT_MISSING_VERSIONS")).toMatch(/lacks UPDATE on flagd_sync\.environment_head$/);
    expect(messageOf(run, "RIGHT_MISSING_ADMIN")).toMatch(
      /lacks SELECT on (?=.*authtoken_token\.key)(?=.*api_keys_masterapikey\.hashed_key)/,
    );
    expect(messageOf(run, "RIGHT_MISSING_SETTINGS")).toMatch(/lacks INSERT on flagd_sync\.project_settings$/);
    expect(messageOf(run, "RIGHT_TOO_MUCH")).toMatch(/users_ffadminuser\.password$/);
    expect((await doctor()).code).toBe(0);
  });

  it("goes on where the role may not even look at our schema, or at Flagsmith's", async () => {
    await place.asAdmin(`REVOKE USAGE ON SCHEMA flagd_sync FROM ${place.role}`);
    const ours = await doctor();
    await place.asAdmin(
      `GRANT USAGE ON SCHEMA flagd_sync TO ${place.role}; REVOKE USAGE ON SCHEMA public FROM PUBLIC`,
    );
    const theirs = await doctor();
    await place.asAdmin("GRANT USAGE ON SCHEMA public TO PUBLIC");
    for (const [run, name] of [
      [ours, "flagd_sync"],
      [theirs, "public"],
    ] as const) {
      expect(run.code).toBe(3);
      expect(messageOf(run, "RIGHT_MISSING")).toContain(`USAGE on schema ${name}`);
      expect(codesOf(run)).not.toContain("CHECK_FAILED");
      expect(codesOf(run)).not.toContain("FLAGSMITH_UNFIT");
    }
  });

  it("names what of ours is missing, altered, behind or foreign", async () => {
    const { asAdmin } = place;
    const step = (sql: string) => asAdmin(`UPDATE flagd_sync.migration SET ${sql}`);
    await asAdmin("ALTER TABLE features_feature DISABLE TRIGGER flagd_sync_update");
    const damaged = await doctor();
    await asAdmin("ALTER TABLE features_feature ENABLE TRIGGER flagd_sync_update");
    expect(damaged.code).toBe(3);
    expect(messageOf(damaged, "SET_UP_DAMAGED")).toBe(
      "trigger flagd_sync_update on features_feature is disabled",
    );
    await step("checksum = checksum || 'x' WHERE id = 2");
    expect(messageOf(await doctor(), "SET_UP_FOREIGN")).toBe("altered: announcements");
    await step("checksum = left(checksum, -1) WHERE id = 2");
    await asAdmin(
      "CREATE TABLE kept AS SELECT * FROM flagd_sync.migration WHERE id = 2; DELETE FROM flagd_sync.migration WHERE id = 2",
    );
    expect(messageOf(await doctor(), "SET_UP_BEHIND")).toMatch(/2 announcements/);
    await asAdmin("INSERT INTO flagd_sync.migration SELECT * FROM kept; DROP TABLE kept");
  });

  it("names what is wrong with Flagsmith's tables", async () => {
    await place.asAdmin("ALTER TABLE tags_tag RENAME COLUMN label TO text");
    const run = await doctor();
    await place.asAdmin("ALTER TABLE tags_tag RENAME COLUMN text TO label");
    expect(run.code).toBe(3);
    expect(messageOf(run, "FLAGSMITH_UNFIT")).toMatch(/column tags_tag\.label is missing/);
  });

  it("names projects, keys and documents with which clients get nothing", async () => {
    const { asAdmin, sample, test } = place;
    const key = { key: "ser.a-key-that-expires", environmentId: sample.developmentId, name: "old" };
    await createServerKey(test.database, key);
    await asAdmin(
      `UPDATE environments_environmentapikey SET active = false WHERE key <> '${key.key}';
       UPDATE environments_environmentapikey SET expires_at = now() + interval '1 day' WHERE key = '${key.key}'`,
    );
    const keys = await doctor([], { MAX_DOCUMENT_BYTES: "2000" });
    expect(keys.code).toBe(3);
    expect(messageOf(keys, "KEY_EXPIRES")).toMatch(/^Demo-shop\/Development: …ires, on 2/);
    expect(messageOf(keys, "KEY_NONE")).toMatch(/^Demo-shop\/Production: \d keys/);
    expect(messageOf(keys, "DOCUMENT_TOO_LARGE")).toMatch(/clients take 2000; largest: /);
    expect(keys.out).not.toContain("a-key-that");
    const { length } = await bytesOf(doctor);
    expect(codesOf(await doctor([], { MAX_DOCUMENT_BYTES: String(length + 10) }))).toContain(
      "DOCUMENT_LARGE",
    );

    const choose = (enabled: boolean) =>
      asAdmin(`UPDATE flagd_sync.project_settings SET enabled = ${enabled}`);
    await choose(false);
    expect(codesOf(await doctor())).toContain("NOTHING_ENABLED");
    await choose(true);
    await asAdmin("UPDATE projects_project SET enable_dynamo_db = true");
    expect(codesOf(await doctor())).toContain("EDGE_PROJECT");
    await asAdmin(
      "UPDATE projects_project SET enable_dynamo_db = false; UPDATE organisations_organisation SET stop_serving_flags = true",
    );
    expect(codesOf(await doctor())).toContain("ORGANISATION_STOPPED");
    await asAdmin(
      "UPDATE organisations_organisation SET stop_serving_flags = false; UPDATE environments_environment SET is_creating = true, created_date = now()",
    );
    expect(codesOf(await doctor())).toContain("ENVIRONMENT_CLONING");
    await asAdmin(
      "UPDATE environments_environment SET is_creating = false; UPDATE environments_environmentapikey SET active = true",
    );
  });

  it("hears nothing where the two addresses lead to different databases", async () => {
    const other = await createTestDatabase();
    const run = await doctor([], { LISTEN_DATABASE_URL: other.url });
    await other.drop();
    expect(run.code).toBe(3);
    expect(codesOf(run)).toEqual(
      expect.arrayContaining(["LISTEN_CONNECTED", "NOTIFY_LOST", "PROJECT_ENABLED"]),
    );
    const nobody = await doctor([], { LISTEN_DATABASE_URL: "postgres://u:hunter22@127.0.0.1:1/x" });
    expect(codesOf(nobody)).toEqual(expect.arrayContaining(["LISTEN_UNREACHABLE", "PROJECT_ENABLED"]));
    expect(nobody.out).not.toContain("hunter22");
  });

  it("says that nobody answers on the ports, and that STATE_DIR is open to others or absent", async () => {
    await chmod(stateDir, 0o755);
    const run = await doctor([
      "--server",
      "127.0.0.1:1",
      "--environment-key",
      "ser.x",
      "--management",
      "127.0.0.1:1",
    ]);
    await chmod(stateDir, 0o700);
    expect(run.code).toBe(3);
    expect(codesOf(run)).toEqual(
      expect.arrayContaining(["STREAM_UNREACHABLE", "MANAGEMENT_UNREACHABLE", "STATE_DIR_UNSAFE"]),
    );
    const absent = await doctor([], { STATE_DIR: join(stateDir, "not", "yet") });
    expect(messageOf(absent, "STATE_DIR_USABLE")).toContain("will be made");
    expect(codesOf(await doctor([], { STATE_DIR: "/proc/version/below" }))).toContain("STATE_DIR_UNWRITABLE");
    expect(await doctor(["--server", "127.0.0.1:1"])).toMatchObject({ code: 2 });
  });
});

/** The size of the development environment's document. */
async function bytesOf(doctor: () => Promise<CliRun>): Promise<{ readonly length: number }> {
  const [, bytes = "0"] = /(\d+) bytes/.exec(messageOf(await doctor(), "DOCUMENT_FITS")) ?? [];
  return { length: Number(bytes) };
}

describe("doctor", { timeout: LIMIT_MS }, () => {
  it("says that the database was never set up, or holds no Flagsmith", async () => {
    const bare = await createTestDatabase();
    const empty = await createTestDatabase({ template: "empty" });
    const run = await runCli(["doctor", "--json"], { DATABASE_URL: bare.url });
    const none = await runCli(["doctor", "--json"], { DATABASE_URL: empty.url });
    await Promise.all([bare.drop(), empty.drop()]);
    expect(run.code).toBe(3);
    expect(codesOf(run)).toEqual(
      expect.arrayContaining(["FLAGSMITH_FITS", "SET_UP_MISSING", "RIGHT_TOO_MUCH"]),
    );
    expect(none.code).toBe(3);
    expect(codesOf(none)).toEqual(expect.arrayContaining(["FLAGSMITH_UNFIT", "SET_UP_MISSING"]));
    expect([...codesOf(run), ...codesOf(none)]).not.toContain("CHECK_FAILED");
  });

  it("goes on without a database, and shows no password", async () => {
    const run = await runCli(["doctor", "--json"], { DATABASE_URL: "postgres://u:hunter22@127.0.0.1:1/x" });
    expect(run.code).toBe(3);
    expect(codesOf(run)).toEqual(["DATABASE_UNREACHABLE", "STATE_DIR_UNSET", "SERVER_NOT_ASKED"]);
    expect(messageOf(run, "DATABASE_UNREACHABLE")).toMatch(/^127\.0\.0\.1:1\/x: .*Nothing listens there/);
    expect(run.out + run.err).not.toContain("hunter22");
  });
});

describeWithPgBouncer("doctor behind a pooler", (program) => {
  it("finds one per transaction, and lets one per session pass", { timeout: LIMIT_MS }, async () => {
    const place = await openRolesPlace(false);
    for (const [mode, code] of [
      ["transaction", "NOTIFY_LOST"],
      ["session", "NOTIFY_ARRIVES"],
    ] as const) {
      const pooler = await startPgBouncer(program, place.test.url, mode);
      const run = await runCli(["doctor", "--json"], { DATABASE_URL: pooler.url });
      const cured = await runCli(["doctor", "--json"], {
        DATABASE_URL: pooler.url,
        LISTEN_DATABASE_URL: place.test.url,
      });
      await pooler.stop();
      expect(codesOf(run)).toContain(code);
      expect(codesOf(cured)).toContain("NOTIFY_ARRIVES");
    }
    await place.drop();
  });
});

/** Issue 7: no secret beyond its last four characters, in any log line, answer, metric or page, whatever is done with it. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServerKey, expireServerKey } from "../../../src/demo/writer/write-keys.ts";
import { createAdministrator } from "../../admin/administrator.ts";
import { type RunningCli, runCli, startCli } from "../../cli/run-cli.ts";
import { freePort } from "../../support/free-port.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { SecretsWatch, secretsIn } from "../../support/secrets-watch.ts";
import { eventually, follow, type SyncRequest } from "../harness.ts";
import { CALLS, syncFlags } from "../keys/callers.ts";
import { openRolesPlace, type RolesPlace } from "../least-privilege/place.ts";

/** Of the forms that Flagsmith gives keys: a member of a body that is called so is repeated without it. */
const isKey = (text: string): boolean => /^ser\.|^\w{8}\./.test(text);

const random = (): string => randomBytes(15).toString("base64url");

/** Where a client can put a text, rightly or by mistake. */
const PLACES: readonly ((text: string) => SyncRequest)[] = [
  (text) => ({ metadata: { "x-environment-key": text } }),
  (text) => ({ metadata: { authorization: `Bearer ${text}` } }),
  (text) => ({ metadata: { authorization: `Api-Key ${text}` } }),
  (text) => ({ metadata: { authorization: `Token ${text}` } }),
  (text) => ({ metadata: { authorization: text } }),
  (text) => ({ metadata: { "flagd-selector": text } }),
  (text) => ({ metadata: { "flagd-selector": `flagSetId=${text}` } }),
  (text) => ({ metadata: { "flagd-selector": `${text}=${text}` } }),
  (text) => ({ metadata: { "x-another-header": text, "user-agent": `app/1 ${text}` } }),
  (text) => ({ fields: { selector: text } }),
  (text) => ({ fields: { providerId: text } }),
];

describe("secrets", { timeout: 120_000 }, () => {
  const watch = new SecretsWatch();
  const statusToken = watch.add("the status token", `status-${random()}`);
  const password = watch.add("the database's password", random());
  let place: RolesPlace;
  let cli: RunningCli;
  let sync: string;
  let management: string;
  let log = "";

  beforeAll(async () => {
    place = await openRolesPlace(true);
    await place.asAdmin(`ALTER ROLE ${place.role} PASSWORD '${password}'`);
    const url = new URL(place.server.url);
    url.password = password;
    const [syncPort, managementPort] = [await freePort(), await freePort()];
    sync = `127.0.0.1:${syncPort}`;
    management = `http://127.0.0.1:${managementPort}`;
    cli = startCli(["start"], {
      DATABASE_URL: url.href,
      HOST: "127.0.0.1",
      SYNC_PORT: syncPort,
      MANAGEMENT_PORT: managementPort,
      STATUS_TOKEN: statusToken,
      LOG_LEVEL: "debug",
      FAILURES_PER_MINUTE: "0",
    });
    for (const stream of [cli.child.stdout, cli.child.stderr]) {
      stream?.on("data", (text: string) => {
        log += text;
      });
    }
    await eventually(async () =>
      (await fetch(`${management}/readyz`).catch(() => undefined))?.status === 200 ? true : undefined,
    );
  });
  afterAll(async () => {
    cli.child.kill("SIGKILL");
    await cli.ended.catch(() => undefined);
    await place.drop();
  });

  /** Asks over HTTP, and looks at everything that comes back. */
  const ask = async (url: string, options: RequestInit = {}): Promise<number> => {
    const reply = await fetch(url, { redirect: "manual", ...options });
    const headers = [...reply.headers].filter(([name]) => name !== "set-cookie");
    watch.look(`the answer of ${new URL(url).pathname}`, `${JSON.stringify(headers)} ${await reply.text()}`);
    return reply.status;
  };

  it("are seen nowhere, wherever they are sent, right or wrong", async () => {
    const { database } = place.test;
    const { developmentId, organisationId, projectId } = place.sample;
    const good = watch.add("a good key", `ser.${random()}`, "ser.");
    await createServerKey(database, { environmentId: developmentId, name: "good", key: good });
    const old = watch.add("an expired key", `ser.${random()}`, "ser.");
    const { id } = await createServerKey(database, { environmentId: developmentId, name: "old", key: old });
    await expireServerKey(database, id);
    const master = await createMasterKey(database, organisationId);
    watch.add("a master key", master.key, `${master.prefix}.`);
    const plain = await createMasterKey(database, organisationId, { isAdmin: false });
    watch.add("a master key of no admin", plain.key, `${plain.prefix}.`);
    const userToken = watch.add("a user's token", await createAdministrator(database, projectId));
    const wrong = [
      watch.add("a wrong key", `ser.${random()}`, "ser."),
      watch.add(
        "a wrong master key",
        `${master.prefix}.${randomBytes(16).toString("hex")}`,
        `${master.prefix}.`,
      ),
      watch.add("a wrong token", randomBytes(20).toString("hex")),
    ];
    const all = [good, old, master.key, plain.key, userToken, statusToken, password, ...wrong];
    for (const metadata of [{ "x-environment-key": good }, { authorization: `Api-Key ${master.key}` }]) {
      await eventually(async () => ("flagSetId" in (await syncFlags(sync, { metadata })) ? true : undefined));
    }
    const streams = [
      follow(sync, {
        metadata: { "x-environment-key": good, "user-agent": good },
        fields: { providerId: good },
      }),
      follow(sync, { fields: { selector: good } }),
      follow(sync, { fields: { providerId: good } }),
      follow(sync, {
        metadata: { authorization: `Api-Key ${master.key}` },
        fields: { providerId: master.key },
      }),
    ];
    await Promise.all(streams.map((stream) => stream.until(() => true)));

    for (const call of CALLS) {
      const sent = call.fields ? PLACES : PLACES.slice(0, 9);
      const asked = all.flatMap((text) => sent.map((carry) => call.ask(sync, carry(text))));
      for (const answer of await Promise.all(asked)) watch.look(call.call, JSON.stringify(answer));
    }
    const admin = `http://${sync}/api/v1/projects/${projectId}/integrations/flagd/`;
    const json = { "content-type": "application/json" };
    const seen = new Set<number>();
    for (const text of all) {
      for (const authorization of [`Token ${text}`, `Api-Key ${text}`, `Bearer ${text}`]) {
        seen.add(await ask(admin, { headers: { authorization } }));
      }
      const asAdmin = { authorization: `Token ${userToken}`, ...json };
      for (const body of [
        `{"semantics": ${JSON.stringify(`x${text}`)}}`,
        `{"${isKey(text) ? text : "other"}": 1, "enabled": "${text}"}`,
        `{${text}`,
        `["${text}"`,
      ]) {
        seen.add(await ask(admin, { method: "POST", headers: asAdmin, body }));
      }
      const query = encodeURIComponent(text);
      for (const path of [
        "/v1/flags",
        "/api/v1/flagd/flags.json",
        "/nothing",
        "/api/v1/projects/1/integrations/flagd/",
      ]) {
        seen.add(await ask(`http://${sync}${path}?key=${query}&selector=${query}`));
        seen.add(await ask(`http://${sync}${path}/${query}`));
      }
      for (const path of [
        "/",
        "/api/status",
        "/api/status/followers",
        "/metrics",
        "/readyz",
        "/nothing",
        "/openapi.yaml",
      ]) {
        seen.add(
          await ask(`${management}${path}?token=${query}`, { headers: { authorization: `Bearer ${text}` } }),
        );
        seen.add(
          await ask(`${management}${path}/${query}`, {
            headers: { cookie: `flagsmith_flagd_status=${query}` },
          }),
        );
      }
      seen.add(
        await ask(`${management}/sign-in`, { method: "POST", body: new URLSearchParams({ token: text }) }),
      );
    }
    for (const status of [200, 303, 400, 401, 403, 404]) expect(seen).toContain(status);

    const headers = { authorization: `Bearer ${statusToken}` };
    const status = await (await fetch(`${management}/api/status`, { headers })).text();
    expect(JSON.parse(status).totals.followers).toBe(5);
    expect(status).toContain(`"keyLastFour":"${good.slice(-4)}"`);
    watch.look("/api/status", status);
    const events = await fetch(`${management}/api/status/events`, { headers });
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let told = "";
    while (!told.includes("event: status") || !told.endsWith("\n\n"))
      told += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    watch.look("server-sent events", told);

    await database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [
      place.server.name,
    ]);
    await eventually(() =>
      log.includes("pg_terminate_backend") || /terminat|interrupted|lost/i.test(log) ? true : undefined,
    );
    for (const stream of streams) stream.close();
    cli.child.kill("SIGTERM");
    await cli.ended;
    expect(log).toContain('"level":"debug"');
    watch.look("the log", log);
    expect(watch.sightings).toEqual([]);
    expect(watch.characters).toBeGreaterThan(1_000_000);
  });

  it("are seen in no word of the commands, right or wrong", async () => {
    const url = new URL(place.server.url);
    url.password = password;
    const wrongPassword = watch.add("a wrong password", random());
    const wrong = new URL(url);
    wrong.password = wrongPassword;
    const key = watch.add("a wrong key of a command", `ser.${random()}`, "ser.");
    const runs = [
      ["config", "print"],
      ["doctor", "--json", "--server", "127.0.0.1:1", "--environment-key", key],
      ["export", "--environment-key", key],
      ["diagnose", "--environment-key", key],
      ["project", "list"],
    ].flatMap((args) =>
      [url, wrong].map(async ({ href }) => ({
        args,
        run: await runCli(args, { DATABASE_URL: href, LISTEN_DATABASE_URL: href, STATUS_TOKEN: statusToken }),
      })),
    );
    for (const { args, run } of await Promise.all(runs)) {
      watch.look(`what \`${args.slice(0, 2).join(" ")}\` says`, run.out + run.err);
    }
    expect(watch.sightings).toEqual([]);
  });
});

describe("what looks for secrets", () => {
  it("finds each of them, plain, encoded and hashed, and what looks like one", () => {
    const text = "ser.0123456789abcdef";
    const encoded = Buffer.from(text).toString("base64");
    for (const shown of [text, "x 89abcdef x", encoded, encodeURIComponent(text)]) {
      const watch = new SecretsWatch();
      watch.add("a key", text, "ser.");
      watch.look("a log", `before ${shown} after`);
      expect(watch.sightings.length).toBeGreaterThan(0);
    }
    const watch = new SecretsWatch();
    watch.add("a key", text, "ser.");
    watch.look("a log", `a key that ends in …cdef`);
    expect(watch.sightings).toEqual([]);
    for (const shown of [
      text,
      `AbCdEfGh.${"0a".repeat(16)}`,
      "0a".repeat(20),
      "postgres://me:secret@db/x",
      "pbkdf2_sha256$1000000$salt$digest",
      "-----BEGIN PRIVATE KEY-----",
    ]) {
      expect(secretsIn(`before ${shown} after`)).toHaveLength(1);
    }
    expect(secretsIn(`ser.… postgres://me:…@db/x ${"0a".repeat(32)} 0199-…cdef`)).toEqual([]);
  });
});

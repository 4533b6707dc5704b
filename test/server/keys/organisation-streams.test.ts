import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import {
  deleteEnvironment,
  renameEnvironment,
  setOrganisationStopped,
} from "../../../src/demo/writer/change-places.ts";
import { createFeature } from "../../../src/demo/writer/write-features.ts";
import {
  createEnvironment,
  createOrganisation,
  createProject,
} from "../../../src/demo/writer/write-places.ts";
import type { StatusReport } from "../../../src/model/status.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { eventually, type FollowedStream, type SeenDocument } from "../harness.ts";
import { type Answer, overConnect, syncFlags } from "./callers.ts";
import { keysPlace } from "./place.ts";

const nameOf = ({ metadata }: SeenDocument): unknown => metadata.flagSetId;
const names = (stream: FollowedStream): unknown[] => stream.arrivals.map(({ document }) => nameOf(document));
const isEmptied =
  (flagSetId: string) =>
  (document: SeenDocument): boolean =>
    nameOf(document) === flagSetId && Object.keys(document.flags).length === 0;
const isFull =
  (flagSetId: string) =>
  (document: SeenDocument): boolean =>
    nameOf(document) === flagSetId && Object.keys(document.flags).length > 0;

describe("a master API key's stream of a whole organisation", { timeout: 30_000 }, () => {
  const place = keysPlace();
  const DEVELOPMENT = "Demo-shop/Development";
  const PRODUCTION = "Demo-shop/Production";
  const request = (key: string, selector?: string) => ({
    metadata: { authorization: `Api-Key ${key}` },
    ...(selector === undefined ? {} : { fields: { selector } }),
  });
  /** A key, usable already, of the sample's organisation or another. */
  const newKey = async (
    organisationId = place.sample.organisationId,
  ): Promise<{ key: string; prefix: string }> => {
    const made = await createMasterKey(place.database, organisationId);
    await eventually(() =>
      syncFlags(place.server.address, request(made.key, "flagSetId=none")).then((answer: Answer) =>
        "code" in answer && answer.code === "PERMISSION_DENIED" ? true : undefined,
      ),
    );
    return made;
  };
  const opened = async (key: string, selector?: string): Promise<FollowedStream> => {
    const stream = place.follow(request(key, selector));
    await stream.until(() => true);
    return stream;
  };

  it.each([undefined, "*"])(
    "with selector %s begins with a document of each, then one for each change",
    async (selector) => {
      const { key } = await newKey();
      const stream = place.follow(request(key, selector));
      await stream.until(isFull(DEVELOPMENT));
      await stream.until(isFull(PRODUCTION));
      for (const environmentKey of [DEMO_KEYS.development, DEMO_KEYS.production, DEMO_KEYS.development]) {
        const from = stream.arrivals.length;
        await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey });
        await stream.until(() => true, from);
      }
      expect(names(stream).sort()).toEqual([DEVELOPMENT, DEVELOPMENT, DEVELOPMENT, PRODUCTION, PRODUCTION]);
      const [first] = stream.arrivals.filter(({ document }) => nameOf(document) === DEVELOPMENT).slice(-1);
      const alone = await opened(key, `flagSetId=${DEVELOPMENT}`);
      expect(alone.arrivals[0]?.text).toBe(first?.text);
      await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.production });
      await stream.until(() => true, 5);
    },
  );

  it("shows environments come, change their name, and go", async () => {
    const { key } = await newKey();
    const stream = await opened(key);
    const environmentId = await createEnvironment(place.database, {
      projectId: place.sample.projectId,
      name: "Staging",
    });
    await stream.until(isFull("Demo-shop/Staging"));
    await renameEnvironment(place.database, environmentId, "QA");
    await stream.until(isFull("Demo-shop/QA"));
    await deleteEnvironment(place.database, environmentId);
    await stream.until(isEmptied("Demo-shop/QA"));
    const later = names(stream).slice(-3);
    expect(later).toEqual(["Demo-shop/Staging", "Demo-shop/QA", "Demo-shop/QA"]);
    expect(stream.arrivals.at(-3)?.text).toBe('{"flags":{},"metadata":{"flagSetId":"Demo-shop/Staging"}}');
    const late = place.follow(request(key));
    await late.until(isEmptied("Demo-shop/QA"));
  });

  it("shows a project disabled and enabled again, and stays open meanwhile", async () => {
    const { key } = await newKey();
    const stream = await opened(key);
    const { projectId } = place.sample;
    await chooseForProject(place.database, projectId, { enabled: false });
    await stream.until(isEmptied(DEVELOPMENT));
    await stream.until(isEmptied(PRODUCTION));
    const status = async () =>
      (
        await fetch(`http://127.0.0.1:${place.server.managementPort}/api/status`)
      ).json() as Promise<StatusReport>;
    await eventually(async () => ((await status()).totals.followers === 0 ? true : undefined));
    const from = stream.arrivals.length;
    await chooseForProject(place.database, projectId, { enabled: true });
    await stream.until(isFull(DEVELOPMENT), from);
    await stream.until(isFull(PRODUCTION), from);
    const { totals } = await eventually(async () => {
      const report = await status();
      return report.totals.followers === 2 ? report : undefined;
    });
    expect(totals).toMatchObject({ current: 2, behind: 0 });
  });

  it("shows nothing of another organisation, and a project of its own when it is enabled", async () => {
    const organisationId = await createOrganisation(place.database, "Elsewhere");
    const { key } = await newKey(organisationId);
    const stream = place.follow(request(key));
    const projectId = await createProject(place.database, { organisationId, name: "Other" });
    await createFeature(place.database, { projectId, name: "flag", enabled: true });
    await createEnvironment(place.database, { projectId, name: "Live" });
    await chooseForProject(place.database, projectId, { enabled: true });
    await stream.until(isFull("Other/Live"));
    await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
    const watching = await opened((await newKey()).key);
    await watching.until(isFull(DEVELOPMENT));
    expect(names(stream)).toEqual(["Other/Live"]);
    expect(await syncFlags(place.server.address, request(key, DEVELOPMENT))).toMatchObject({
      code: "PERMISSION_DENIED",
    });
    await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
  });

  it("names both environments that a flag set id is ambiguous for", async () => {
    const { key } = await newKey();
    const { projectId, developmentId } = place.sample;
    const secondId = await createEnvironment(place.database, { projectId, name: "Development" });
    const answer = await eventually(async () => {
      const one = await syncFlags(place.server.address, request(key, DEVELOPMENT));
      return "code" in one ? one : undefined;
    });
    expect(answer).toMatchObject({
      code: "FAILED_PRECONDITION",
      message: expect.stringContaining(`environment ids ${developmentId}, ${secondId}`),
    });
    await deleteEnvironment(place.database, secondId);
  });

  it("comes to gRPC-Web and Connect as well", async () => {
    const { key } = await newKey();
    for (const protocol of ["grpc-web", "connect"] as const) {
      expect(await overConnect(protocol, "syncFlags")(place.server.address, request(key))).toHaveProperty(
        "flagSetId",
      );
    }
  });

  it.each([
    ["revoked", "UPDATE api_keys_masterapikey SET revoked = true WHERE prefix = $1"],
    ["deleted", "UPDATE api_keys_masterapikey SET deleted_at = now() WHERE prefix = $1"],
    ["removed for good", "DELETE FROM api_keys_masterapikey WHERE prefix = $1"],
    ["expired", "UPDATE api_keys_masterapikey SET expiry_date = now() WHERE prefix = $1"],
  ])("ends at once when the key is %s, and leaves the flags as they are", async (_, sql) => {
    const [{ key, prefix }, other] = [await newKey(), await newKey()];
    const streams = [await opened(key), await opened(key, `flagSetId=${PRODUCTION}`)];
    const staying = await opened(other.key);
    await place.database.query(sql, [prefix]);
    for (const stream of streams) {
      expect(await stream.ended).toMatchObject({
        code: status.UNAUTHENTICATED,
        details: expect.stringContaining("master API key"),
      });
      for (const name of [DEVELOPMENT, PRODUCTION]) {
        expect(stream.arrivals.filter(({ document }) => isEmptied(name)(document))).toEqual([]);
      }
    }
    expect(await syncFlags(place.server.address, request(key))).toMatchObject({ code: "UNAUTHENTICATED" });
    const from = staying.arrivals.length;
    await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
    await staying.until(isFull(DEVELOPMENT), from);
  });

  it("ends at the second of expiry_date, not before", async () => {
    const { key, prefix } = await newKey();
    const stream = await opened(key);
    const sql = `UPDATE api_keys_masterapikey SET expiry_date = now() + interval '2 seconds'
      WHERE prefix = $1 RETURNING expiry_date AS at`;
    const [row] = z.tuple([z.object({ at: z.date() })]).parse(await place.database.query(sql, [prefix]));
    expect(await stream.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    const lateMs = Date.now() - row.at.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
  });

  it("ends when the organisation is stopped or deleted, with the reason, and leaves the flags as they are", async () => {
    const { key } = await newKey();
    const { database } = place;
    const { organisationId } = place.sample;
    const stopped = await opened(key);
    await setOrganisationStopped(database, organisationId, true);
    expect(await stopped.ended).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining("stopped serving flags for this organisation"),
    });
    await setOrganisationStopped(database, organisationId, false);
    await eventually(async () =>
      "flagSetId" in (await syncFlags(place.server.address, request(key, DEVELOPMENT))) ? true : undefined,
    );
    const deleted = await opened(key);
    const setDeleted = "UPDATE organisations_organisation SET deleted_at = $2 WHERE id = $1";
    await database.query(setDeleted, [organisationId, new Date()]);
    expect(await deleted.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    for (const stream of [stopped, deleted]) {
      expect(stream.arrivals.filter(({ document }) => isEmptied(DEVELOPMENT)(document))).toEqual([]);
    }
    await database.query(setDeleted, [organisationId, null]);
  });

  it("is not for keys that are no admins, nor for wrong ones, and no key is logged", async () => {
    const { key: good, prefix } = await newKey();
    const { key } = await createMasterKey(place.database, place.sample.organisationId, { isAdmin: false });
    const answer = await eventually(async () => {
      const one = await syncFlags(place.server.address, request(key));
      return "code" in one && one.code === "PERMISSION_DENIED" ? one : undefined;
    });
    expect(answer.message).toMatch(/no admin of its organisation/);
    const wrong = await syncFlags(place.server.address, request(`${prefix}.wrong-secret`));
    expect(wrong).toEqual(await syncFlags(place.server.address, request("abcdefgh.wrong-secret")));
    const log = JSON.stringify(place.server.log);
    for (const secret of [good, key]) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(secret.slice(9));
    }
    expect(log).not.toMatch(/pbkdf2|wrong-secret/);
  });
});

import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { setOrganisationStopped } from "../../../src/demo/writer/change-places.ts";
import {
  createServerKey,
  deleteServerKey,
  expireServerKey,
  setServerKeyActive,
} from "../../../src/demo/writer/write-keys.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { eventually, type FollowedStream } from "../harness.ts";
import { syncFlags } from "./callers.ts";
import { keysPlace } from "./place.ts";

describe("an environment's keys", { timeout: 30_000 }, () => {
  const place = keysPlace();
  const answer = (key: string) => syncFlags(place.server.address, { metadata: { "x-environment-key": key } });
  const works = (key: string) =>
    eventually(async () => ("flagSetId" in (await answer(key)) ? true : undefined));
  const newKey = async (): Promise<{ id: number; key: string }> => {
    const made = await createServerKey(place.database, {
      environmentId: place.sample.developmentId,
      name: "test",
    });
    await works(made.key);
    return made;
  };
  const opened = async (key: string): Promise<FollowedStream> => {
    const stream = place.follow(key);
    await stream.until(() => true);
    return stream;
  };

  it.each([
    ["deleted", (id: number) => deleteServerKey(place.database, id)],
    ["deactivated", (id: number) => setServerKeyActive(place.database, id, false)],
    ["expired", (id: number) => expireServerKey(place.database, id)],
  ])(
    "open together from the moment they are made; one that is %s ends its own streams at once",
    async (_, end) => {
      const [ending, staying] = [await newKey(), await newKey()];
      const [first, second] = [await opened(ending.key), await opened(ending.key)];
      const other = await opened(staying.key);
      let otherEnded = false;
      void other.ended.then(() => {
        otherEnded = true;
      });
      await end(ending.id);
      for (const stream of [first, second]) {
        expect(await stream.ended).toMatchObject({
          code: status.UNAUTHENTICATED,
          details: expect.stringContaining("create a server-side environment key"),
        });
        expect(stream.arrivals).toHaveLength(1);
      }
      expect(await answer(ending.key)).toEqual(await answer("ser.neverexisted"));
      expect(otherEnded).toBe(false);
      expect(await answer(staying.key)).toHaveProperty("flagSetId");
    },
  );

  it("end at the second of expires_at, not before", async () => {
    const { id, key } = await newKey();
    const stream = await opened(key);
    await expireServerKey(place.database, id, 2_000);
    const [row] = z
      .tuple([z.object({ expires_at: z.date() })])
      .parse(
        await place.database.query("SELECT expires_at FROM environments_environmentapikey WHERE id = $1", [
          id,
        ]),
      );
    expect(await stream.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    const lateMs = Date.now() - row.expires_at.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
  });

  it("that is reactivated opens again", async () => {
    const { id, key } = await newKey();
    const stream = await opened(key);
    await setServerKeyActive(place.database, id, false);
    await stream.ended;
    await setServerKeyActive(place.database, id, true);
    await works(key);
  });

  it("end with a stopped organisation and a disabled project, with the reason, and the flags are not taken away", async () => {
    const [{ organisationId, projectId }, { database }] = [place.sample, place];
    const stopped = await opened(DEMO_KEYS.development);
    await setOrganisationStopped(database, organisationId, true);
    expect(await stopped.ended).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining("stopped"),
    });
    await setOrganisationStopped(database, organisationId, false);
    await works(DEMO_KEYS.development);
    const disabled = await opened(DEMO_KEYS.development);
    await chooseForProject(database, projectId, { enabled: false });
    expect(await disabled.ended).toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining("project enable"),
    });
    expect([stopped.arrivals.length, disabled.arrivals.length]).toEqual([1, 1]);
    await chooseForProject(database, projectId, { enabled: true });
    await works(DEMO_KEYS.development);
  });

  it("the client-side one opens nothing and is named as what it is", async () => {
    const [row] = z
      .tuple([z.object({ api_key: z.string() })])
      .parse(
        await place.database.query("SELECT api_key FROM environments_environment WHERE id = $1", [
          place.sample.developmentId,
        ]),
      );
    expect(await answer(row.api_key)).toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining("client-side key"),
    });
  });

  it("leave no trace of themselves in the log", async () => {
    const { key } = await newKey();
    await opened(key);
    await answer("ser.wrong-key-of-somebody");
    const log = JSON.stringify(place.server.log);
    for (const secret of [key, "ser.wrong-key-of-somebody", DEMO_KEYS.development])
      expect(log).not.toContain(secret);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createAdministrator } from "../admin/administrator.ts";
import { eventually } from "../server/harness.ts";
import { describedPath, description, faultsOf } from "./description.ts";
import { openStatusPlace, PLACE, type StatusPlace } from "./place.ts";

const KEY = { "x-environment-key": DEMO_KEYS.development };

describe("every answer is as openapi.yaml describes it", () => {
  let place: StatusPlace;
  let authorization: string;
  const asked = new Set<string>();
  beforeAll(async () => {
    place = await openStatusPlace();
    authorization = `Token ${await createAdministrator(place.test.database, place.sample.projectId)}`;
    const stream = place.follow();
    await stream.until(() => true);
    await toggleFlag(place.test.database, PLACE);
    await stream.until((document) => document.flags.maintenance_mode?.state === "ENABLED");
  });
  afterAll(async () => await place?.close());

  const check = async (
    method: string,
    url: string,
    init: RequestInit,
    statuses: readonly number[],
  ): Promise<void> => {
    const answer = await fetch(url, { method, redirect: "manual", ...init });
    expect(statuses, `${method} ${url}`).toContain(answer.status);
    asked.add(`${method.toLowerCase()} ${describedPath(new URL(url).pathname)}`);
    expect(await faultsOf(method, url, answer)).toEqual([]);
  };

  it("on the management port", async () => {
    const { management } = place;
    const { totals } = await eventually(async () => {
      const report = await place.status();
      return report.changes[0]?.diff === "ready" ? report : undefined;
    });
    expect(Object.entries(totals).filter(([name, count]) => name !== "behind" && count === 0)).toEqual([]);
    const lists = ["environments", "followers", "changes", "schedule"].map((name) => `/api/status/${name}`);
    for (const path of ["/healthz", "/readyz", "/metrics", "/", "/openapi.yaml", "/api/status", ...lists]) {
      await check("GET", management + path, {}, [200]);
      await check("DELETE", management + path, {}, [405]);
    }
    for (const path of lists) await check("GET", `${management}${path}?limit=0`, {}, [400]);
    await check("POST", `${management}/sign-in`, { body: new URLSearchParams({ token: "x" }) }, [401]);
    await check("POST", `${management}/sign-out`, {}, [303]);
    const abort = new AbortController();
    const events = await fetch(`${management}/api/status/events`, { signal: abort.signal });
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    asked.add("get /api/status/events");
    abort.abort();
    await check("DELETE", `${management}/api/status/events`, {}, [405]);
  });

  it("on the sync port", async () => {
    for (const path of ["/api/v1/flagd/flags.json", "/v1/flags", "/api/v1/flagd/diagnostics.json"]) {
      const url = place.sync + path;
      await check("GET", url, { headers: KEY }, [200]);
      await check("GET", url, { headers: { ...KEY, "if-none-match": "*" } }, [304]);
      await check("GET", url, {}, [401]);
      await check("GET", url, { headers: { "x-environment-key": "ser.wrong" } }, [401]);
      await check("GET", url, { headers: { ...KEY, "flagd-selector": "flagSetId=other/set" } }, [403, 404]);
      await check("POST", url, { headers: KEY }, [405]);
    }
  });

  it("of Connect", async () => {
    const url = `${place.sync}/flagd.sync.v1.FlagSyncService/FetchAllFlags`;
    const json = { "content-type": "application/json" };
    await check("POST", url, { headers: { ...json, ...KEY }, body: "{}" }, [200]);
    await check("POST", url, { headers: json, body: "{}" }, [401]);
    await check("POST", url, { headers: { ...json, "x-environment-key": "ser.wrong" }, body: "{}" }, [401]);
    await check("POST", url, { headers: { ...json, ...KEY }, body: '{"selector":"x=y"}' }, [400]);
    await check("POST", url, { headers: { ...json, ...KEY }, body: '{"selector":"flagSetId=a/b"}' }, [403]);
    await check("POST", url, { headers: { "content-type": "text/csv", ...KEY }, body: "{}" }, [415]);
  });

  it("of the integrations", async () => {
    const list = `${place.sync}/api/v1/projects/${place.sample.projectId}/integrations/flagd/`;
    const one = `${list}${place.sample.projectId}/`;
    const headers = { authorization, "content-type": "application/json" };
    const body = JSON.stringify({ enabled: true });
    for (const url of [list, one]) {
      await check("GET", url, {}, [401]);
      await check("GET", url, { headers }, [200]);
      await check("PATCH", url, { headers, body }, [200]);
      await check("PUT", url, { headers, body }, [200]);
      await check("PATCH", url, { headers, body: JSON.stringify({ semantics: "other" }) }, [400]);
      await check("PATCH", url, { headers, body: "{" }, [400]);
      await check("OPTIONS", url, { headers }, [204]);
      await check("DELETE", url, { headers }, [204]);
      await check("DELETE", url, { headers }, [404]);
      await check("POST", list, { headers, body }, [201]);
    }
    await check("POST", list, { headers, body }, [400]);
    const foreign = list.replace(/projects\/\d+/, "projects/999999");
    await check("GET", foreign, { headers }, [403]);
  });

  it("and nothing is described that was not asked", () => {
    const described = Object.entries(description.paths).flatMap(([path, item]) =>
      ["get", "post", "put", "patch", "delete", "options"]
        .filter((method) => method in item)
        .map((method) => `${method} ${path}`),
    );
    expect(described.filter((each) => !asked.has(each))).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, type Reply } from "../http/client.ts";
import { openStatusPlace, type StatusPlace } from "./place.ts";

const TOKEN = "a-token-of-20-letters";
const BURST = 3;

describe("who tries one status token after another", () => {
  let place: StatusPlace;
  beforeAll(async () => {
    // So slow that nothing is forgiven while the tests run.
    const limits = { FAILURE_BURST: String(BURST), FAILURES_PER_MINUTE: "1" };
    place = await openStatusPlace({ STATUS_TOKEN: TOKEN, ...limits });
  });
  afterAll(() => place.close());

  const api = (headers: Record<string, string>): Promise<Reply> =>
    ask(`${place.management}/api/status`, { headers });
  const bearer = (token: string): Promise<Reply> => api({ authorization: `Bearer ${token}` });
  const signIn = async (token: string): Promise<Response> =>
    await fetch(`${place.management}/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token }),
      redirect: "manual",
    });

  it("is slowed, by whatever way the token comes, and who was right before is not", async () => {
    expect((await bearer(TOKEN)).status).toBe(200);
    const signedIn = await signIn(TOKEN);
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await api({ cookie })).status).toBe(200);
    for (let times = 0; times < 3 * BURST; times += 1) expect((await api({})).status).toBe(401);

    expect((await bearer("wrong")).status).toBe(401);
    expect((await signIn("wrong")).status).toBe(401);
    expect((await api({ cookie: "flagsmith_flagd_status=wrong" })).status).toBe(401);
    for (const slowed of [await bearer("wrong"), await api({ cookie: "flagsmith_flagd_status=other" })]) {
      expect(slowed.status).toBe(429);
      expect(Number(slowed.headers["retry-after"])).toBeGreaterThan(50);
      expect(JSON.parse(slowed.body.toString())).toMatchObject({ reason: "too_many_failures" });
    }
    const form = await signIn("wrong");
    expect([form.status, Number(form.headers.get("retry-after")) > 50]).toEqual([429, true]);

    expect((await bearer(TOKEN)).status).toBe(200);
    expect((await api({ cookie })).status).toBe(200);
    expect((await signIn(TOKEN)).status).toBe(303);
    expect((await ask(`${place.management}/readyz`)).status).toBe(200);
    const metrics = (await ask(`${place.management}/metrics`)).body.toString();
    expect(metrics).toMatch(/flagsmith_flagd_slowed_total\{reason="status_token"\} 3/);
  });

  it("does not slow clients of the sync port", async () => {
    const headers = { "x-environment-key": "ser.nobody-knows-this-key" };
    expect((await ask(`${place.sync}/v1/flags`, { headers })).status).toBe(401);
  });

  it("even the right token is not looked at while its address waits, if it was never right from there", async () => {
    const other = await openStatusPlace({
      STATUS_TOKEN: TOKEN,
      FAILURE_BURST: "1",
      FAILURES_PER_MINUTE: "1",
    });
    try {
      const asked = async (token: string): Promise<number> =>
        (await ask(`${other.management}/api/status`, { headers: { authorization: `Bearer ${token}` } }))
          .status;
      expect([await asked("wrong"), await asked(TOKEN)]).toEqual([401, 429]);
    } finally {
      await other.close();
    }
  });
});

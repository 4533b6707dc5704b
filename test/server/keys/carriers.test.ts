import { describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createMasterKey } from "../../support/master-key.ts";
import type { SyncRequest } from "../harness.ts";
import { type Answer, CALLS, HTTP_STATUS } from "./callers.ts";
import { keysPlace } from "./place.ts";

const DEVELOPMENT = { flagSetId: "Demo-shop/Development" };

interface Carrier {
  readonly way: string;
  readonly carry: (key: string) => SyncRequest;
}

const HEADERS: readonly Carrier[] = [
  { way: "x-environment-key", carry: (key) => ({ metadata: { "x-environment-key": key } }) },
  { way: "authorization, Bearer", carry: (key) => ({ metadata: { authorization: `Bearer ${key}` } }) },
  { way: "authorization, raw", carry: (key) => ({ metadata: { authorization: key } }) },
];
const SELECTOR_HEADER: Carrier = {
  way: "flagd-selector",
  carry: (key) => ({ metadata: { "flagd-selector": key } }),
};
const FIELDS: readonly Carrier[] = [
  { way: "the field selector", carry: (key) => ({ fields: { selector: key } }) },
  { way: "the field provider_id", carry: (key) => ({ fields: { providerId: key } }) },
];

describe("each way to carry a key, on each RPC and route", () => {
  const place = keysPlace();
  const ask = (call: (typeof CALLS)[number], request: SyncRequest): Promise<Answer> =>
    call.ask(place.server.address, request);
  const codeFor = (call: (typeof CALLS)[number], code: string): string | number | undefined =>
    call.fields ? code : HTTP_STATUS[code];

  describe.each(CALLS)("$call", (call) => {
    const carriers = [...HEADERS, SELECTOR_HEADER, ...(call.fields ? FIELDS : [])];

    it.each(carriers)("$way", async ({ carry }) => {
      expect(await ask(call, carry(DEMO_KEYS.development))).toEqual(DEVELOPMENT);
      expect(await ask(call, carry("ser.wrong"))).toMatchObject({
        code: codeFor(call, "UNAUTHENTICATED"),
        message: expect.stringContaining("not known, not active or expired"),
      });
    });

    it("no key at all", async () => {
      expect(await ask(call, {})).toMatchObject({ code: codeFor(call, "UNAUTHENTICATED") });
    });

    it("the key's flag set, another and a malformed selector", async () => {
      const select = (selector: string): SyncRequest => ({
        metadata: { "x-environment-key": DEMO_KEYS.development, "flagd-selector": selector },
      });
      for (const form of ["flagSetId=Demo-shop/Development", "source=Demo-shop/Development", "*", ""]) {
        expect(await ask(call, select(form))).toEqual(DEVELOPMENT);
      }
      const denied = call.call === "/v1/flags" ? 404 : codeFor(call, "PERMISSION_DENIED");
      expect(await ask(call, select("Demo-shop/Production"))).toMatchObject({ code: denied });
      expect(await ask(call, select("foo=bar"))).toMatchObject({ code: codeFor(call, "INVALID_ARGUMENT") });
    });

    it.skipIf(!call.fields)("the header flagd-selector, even an empty one, before the field", async () => {
      const both = (header: string, field: string, key = {}): SyncRequest => ({
        metadata: { "flagd-selector": header, ...key },
        fields: { selector: field },
      });
      const key = { "x-environment-key": DEMO_KEYS.development };
      const [ours, other] = ["flagSetId=Demo-shop/Development", "flagSetId=Demo-shop/Production"];
      for (const header of ["", ours]) expect(await ask(call, both(header, other, key))).toEqual(DEVELOPMENT);
      expect(await ask(call, both(other, ours, key))).toMatchObject({ code: "PERMISSION_DENIED" });
      expect(await ask(call, both("", DEMO_KEYS.development))).toMatchObject({ code: "UNAUTHENTICATED" });
    });

    it("a master API key, which needs a flag set wherever one document is asked for", async () => {
      const { key } = await createMasterKey(place.database, place.sample.organisationId);
      const selected = { "flagd-selector": "flagSetId=Demo-shop/Development" };
      for (const metadata of [
        { authorization: `Api-Key ${key}` },
        ...HEADERS.map(({ carry }) => carry(key).metadata),
      ]) {
        await expect
          .poll(() => ask(call, { metadata: { ...metadata, ...selected } }), { timeout: 10_000 })
          .toEqual(DEVELOPMENT);
      }
      const all = await ask(call, { metadata: { authorization: `Api-Key ${key}` } });
      if (call.call.startsWith("SyncFlags")) expect(all).toHaveProperty("flagSetId");
      else {
        expect(all).toMatchObject({
          code: codeFor(call, "INVALID_ARGUMENT"),
          message: expect.stringContaining("flagSetId=<project>/<environment>"),
        });
      }
    });
  });
});

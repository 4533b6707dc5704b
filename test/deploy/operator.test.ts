/** The OpenFeature operator's resource, by the fields of its definition, and followed as the flagd that it makes follows. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { resourceFaults } from "./schema-check.ts";

const source = parse(
  readFileSync("deploy/kubernetes/open-feature-operator/feature-flag-source.yaml", "utf8"),
);

it("has the fields of a FeatureFlagSource, and the definition finds one that is none", () => {
  expect(resourceFaults(source)).toEqual([]);
  const withHeaders = structuredClone(source);
  withHeaders.spec.sources[0].headers = { "x-environment-key": "ser.key" };
  expect(resourceFaults(withHeaders).join()).toMatch(/headers/);
});

it("sends the key as the selector, to a host without a scheme, as flagd's --sources wants it", () => {
  expect(source.spec.sources).toHaveLength(1);
  expect(source.spec.sources[0]).toMatchObject({
    provider: "grpc",
    source: expect.stringMatching(/^[a-z.-]+:8015$/),
    selector: expect.stringMatching(/^ser\./),
  });
});

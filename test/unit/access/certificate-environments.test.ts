import { describe, expect, it } from "vitest";
import { CertificateEnvironments } from "../../../src/access/certificate-environments.ts";
import type { DirectoryEntry } from "../../../src/model/access.ts";

const SHOP = "spiffe://cluster/ns/shop";
const entry = (environmentId: number, flagSetId: string): DirectoryEntry => ({
  environmentId,
  projectId: 1,
  organisationId: environmentId,
  flagSetId,
  clientKeyHash: "",
  keys: [],
  obstacle: null,
  creating: false,
});

function mapped(pairs: [string, string][], entries: DirectoryEntry[]): CertificateEnvironments {
  const certificates = new CertificateEnvironments(pairs);
  certificates.load(entries);
  return certificates;
}

describe("environments by client certificate", () => {
  it("are named by flag set id, or by a number that no renaming changes", () => {
    const entries = [entry(7, "shop/production"), entry(8, "shop/development")];
    for (const target of ["shop/production", "7"]) {
      expect(mapped([[SHOP, target]], entries).authorize([SHOP], "")).toMatchObject({
        granted: true,
        environmentId: 7,
      });
    }
  });

  it("are refused where two organisations have the same names: nobody guesses whose is meant", () => {
    const certificates = mapped(
      [[SHOP, "shop/production"]],
      [entry(7, "shop/production"), entry(8, "shop/production")],
    );
    expect(certificates.authorize([SHOP], "")).toMatchObject({ reason: "ambiguous_flag_set" });
  });

  it("are not opened by names that only look alike", () => {
    const certificates = mapped([["shop.example", "7"]], [entry(7, "shop/production")]);
    for (const name of ["www.shop.example", "*.shop.example", "shop.example.evil", "shop"]) {
      expect(certificates.authorize([name], "")).toMatchObject({ reason: "missing_key" });
    }
    expect(certificates.authorize([], "")).toBeUndefined();
  });

  it("are reviewed when the directory changes", () => {
    const certificates = mapped([[SHOP, "shop/production"]], [entry(7, "shop/production")]);
    const grant = certificates.authorize([SHOP], "");
    if (grant?.granted !== true) throw new Error("not granted");
    expect(certificates.review(grant)).toBeUndefined();
    certificates.load([{ ...entry(7, "shop/production"), obstacle: "organisation_stopped" }]);
    expect(certificates.review(grant)).toMatchObject({ reason: "organisation_stopped" });
    certificates.load([entry(7, "shop/renamed"), entry(9, "shop/production")]);
    expect(certificates.review(grant)).toMatchObject({ reason: "unknown_key" });
    expect(certificates.review({ keyHash: "ab".repeat(32), environmentId: 7 })).toBe("other");
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CAVEATS } from "../../clients/page/caveats.ts";
import { clientsPage } from "../../clients/page/page.ts";
import { snippetOf } from "../../clients/page/snippet.ts";
import { RECIPES } from "../../clients/recipes/all.ts";
import { readRecorded } from "../../clients/recorded.ts";
import versions from "../../clients/versions.json" with { type: "json" };

const recorded = readRecorded();

describe("docs/clients.md", () => {
  it("is what the last recorded run makes it; after a change of words or programs: npm run clients -- --page", () => {
    expect(readFileSync("docs/clients.md", "utf8")).toBe(clientsPage(recorded));
  });

  it("shows the code of the programs that ran", () => {
    const page = readFileSync("docs/clients.md", "utf8");
    for (const { name, snippet } of RECIPES.filter(({ name }) => recorded.clients[name] !== undefined)) {
      const code = snippetOf(snippet.file);
      expect(code.length, name).toBeGreaterThan(100);
      expect(code, name).not.toContain("docs: ");
      expect(page, name).toContain(`${snippet.language}\n${code}\n`);
    }
  });

  it("was made of versions that are pinned now", () => {
    for (const { name, version } of RECIPES) {
      const known = recorded.clients[name];
      if (known !== undefined && version !== "RELEASE") expect(known.version, name).toBe(version);
    }
  });

  it("has a caveat or more for each client", () => {
    for (const name of Object.keys(recorded.clients)) expect(CAVEATS[name]?.length, name).toBeGreaterThan(0);
  });
});

describe("the last recorded run", () => {
  it("has every registry", () => {
    const registries = new Set(Object.values(recorded.clients).map(({ registry }) => registry));
    expect([...registries]).toEqual(expect.arrayContaining(["npm", "PyPI", "crates.io", "Maven Central"]));
  });

  it.each(Object.values(recorded.clients))(
    "$title follows, survives, and answers as Flagsmith does",
    (one) => {
      expect(one.answers.different).toBe(0);
      expect(one.answers.asked).toBeGreaterThan(300);
      expect(one.changes.count).toBeGreaterThan(0);
      for (const fault of [one.drain, one.restart, one.outage]) {
        expect(fault.backMs).not.toBeNull();
        expect(fault.changed).toBe(0);
      }
      expect(one.rotation).toMatchObject({ kept: true, newKeyWorks: true });
      if (one.isProvider) expect(one.agreement).toMatchObject({ environments: 200, different: 0 });
    },
  );
});

it("Cargo.toml names the versions of versions.json", () => {
  const manifest = readFileSync("clients/rust/Cargo.toml", "utf8");
  for (const [crate, version] of Object.entries(versions.rust)) {
    expect(manifest).toMatch(new RegExp(`^${crate} = .*"=${version.replaceAll(".", "\\.")}"`, "m"));
  }
});

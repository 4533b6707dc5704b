import { describe, expect, it } from "vitest";
import {
  identityBranches,
  perIdentifier,
  withinLimit,
} from "../../../src/translate/feature/identity-overrides.ts";
import type { Outcome } from "../../../src/translate/feature/outcome.ts";
import { forIdentity } from "../../support/build-snapshot.ts";

const variant = (name: string): Outcome => ({ kind: "variant", name });
const entry = (identifier: string, stateId: number, name = "v") => ({
  identifier,
  stateId,
  outcome: variant(name),
});

describe("identity overrides", () => {
  it("come in identifier order, the newest state for an identity", () => {
    const overrides = [
      forIdentity("b", { id: 1 }),
      forIdentity("a", { id: 3 }),
      forIdentity("b", { id: 2 }),
      forIdentity("B", { id: 4 }),
    ];
    expect(perIdentifier(overrides).map(({ identifier, state }) => [identifier, state.id])).toEqual([
      ["B", 4],
      ["a", 3],
      ["b", 2],
    ]);
  });

  it("share one `in` per outcome, which only a text matches, as does the equality of a single one", () => {
    const branches = identityBranches([entry("a", 1, "x"), entry("b", 2, "y"), entry("c", 3, "x")]);
    expect(branches).toEqual([
      {
        when: {
          and: [
            { "!==": [{ var: "targetingKey" }, null] },
            { starts_with: [{ var: "targetingKey" }, ""] },
            { in: [{ var: "targetingKey" }, ["a", "c"]] },
          ],
        },
        outcome: variant("x"),
      },
      { when: { "===": [{ var: "targetingKey" }, "b"] }, outcome: variant("y") },
    ]);
  });

  it("beyond the limit the oldest stay", () => {
    const all = [entry("a", 30), entry("b", 10), entry("c", 20)];
    expect(withinLimit(all, 2).map(({ identifier }) => identifier)).toEqual(["b", "c"]);
    expect(withinLimit(all, 3)).toHaveLength(3);
    expect(withinLimit(all, 0)).toHaveLength(0);
  });
});

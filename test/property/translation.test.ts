/** Issue 4: whatever the environment and whoever asks, flagd answers as Flagsmith does, or a warning said otherwise. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { checkSchema } from "../unit/translate/evaluate.ts";
import { COMPACT, checkHere, prepare } from "./check.ts";
import { anyCase, conditionCase } from "./generators/environments.ts";
import { runs, SEEDS, TIMEOUT } from "./seeds.ts";

describe.each(SEEDS)("by %s", (_, seed) => {
  test("semantics flagsmith: overrides, priorities, splits over nested rules", { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(anyCase("flagsmith"), (one) => checkHere(one)),
      runs(seed, 300),
    );
  });

  test("semantics value: the environment's on/off alone, the overrides' values", { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(anyCase("value"), (one) => checkHere(one)),
      runs(seed, 100),
    );
  });

  test("every operator alone, and below NONE", { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(conditionCase(), (one) => checkHere(one)),
      runs(seed, 100),
    );
  });

  test("documents keep to flagd's schema, unless one flag's values have several types", {
    timeout: TIMEOUT,
  }, () => {
    const property = fc.property(fc.oneof(anyCase("flagsmith"), conditionCase()), (one) => {
      const { translation } = prepare(one);
      const isMixed = translation.warnings.some(({ reason }) => reason === "type_mismatch");
      if (!isMixed) checkSchema(translation);
    });
    fc.assert(property, runs(seed, 30));
  });

  test("the compact forms never let anybody in whom Flagsmith keeps out", { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.oneof(anyCase("flagsmith"), conditionCase()), (one) => checkHere(one, COMPACT)),
      runs(seed, 100),
    );
  });
});

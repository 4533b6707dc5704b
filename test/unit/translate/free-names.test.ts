import { expect, it } from "vitest";
import { freeNames } from "../../../src/translate/shared/free-names.ts";

it("counts up on collision, also with names that look like its own", () => {
  const taken = new Set(["b", "a-3"]);
  const free = freeNames(taken);
  const give = (base: string) => {
    const name = free(base);
    taken.add(name);
    return name;
  };
  expect(["a", "a", "a", "b", "a-2", "a"].map(give)).toEqual(["a", "a-2", "a-4", "b-2", "a-2-2", "a-5"]);
});

it("gives ten thousand names of one base without searching from the start", () => {
  let asked = 0;
  const names = new Set<string>();
  const taken = {
    has(name: string) {
      asked += 1;
      return names.has(name);
    },
  };
  const free = freeNames(taken);
  for (let count = 0; count < 10_000; count += 1) names.add(free("identity"));
  expect(names.size).toBe(10_000);
  expect(asked).toBeLessThan(20_001);
});

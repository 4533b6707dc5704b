import { describe, expect, it } from "vitest";
import { createVariants } from "../../../src/translate/feature/variants.ts";
import { feature, options } from "../../support/build-snapshot.ts";

const everything = { has: () => true } as unknown as ReadonlySet<string>;
const owner = (name: string) => ({ name, fallback: "segment-5" });

describe("createVariants", () => {
  it("always has control, holding the environment's value", () => {
    const control = (value: string | number | boolean | null) =>
      createVariants(feature(1, "f", { environment: { value } })).table(new Set());
    expect(control("blue")).toEqual({ control: "blue" });
    expect(control("")).toEqual({ control: "" });
    expect(control(0)).toEqual({ control: 0 });
    expect(control(false)).toEqual({ control: false });
    expect(control(null)).toEqual({ control: true });
  });

  it("numbers options by their id, in any row order, also those that hold one value", () => {
    const shuffled = options("red", "green", "red").toReversed();
    const variants = createVariants(feature(1, "f", { environment: { value: "blue" }, options: shuffled }));
    expect(variants.table(new Set())).toEqual({
      control: "blue",
      variant_1: "red",
      variant_2: "green",
      variant_3: "red",
    });
    expect(variants.ofOption.get(3)).toBe("variant_3");
  });

  it("names an override's value only if no variant holds it, by value and type", () => {
    const variants = createVariants(feature(1, "f", { environment: { value: 5 }, options: options("5") }));
    expect(variants.ofOverride(5, owner("a"))).toBe("control");
    expect(variants.ofOverride("5", owner("a"))).toBe("variant_1");
    expect(variants.ofOverride("6", owner("a"))).toBe("override_a");
    expect(variants.ofOverride("6", owner("b"))).toBe("override_a");
    expect(variants.ofOverride(6, owner("b"))).toBe("override_b");
    expect(variants.ofOverride(null, owner("c"))).toBe("override_c");
    expect(variants.table(everything)).toMatchObject({ override_a: "6", override_b: 6, override_c: true });
  });

  it("makes slugs, falls back where nothing is left, and counts up on collision", () => {
    const variants = createVariants(feature(1, "f"));
    const names = ["Beta users!", "beta users", '"Beta" users', "☃", "❄", "a@b.c"].map((name, index) =>
      variants.ofOverride(index, owner(name)),
    );
    expect(names).toEqual([
      "override_Beta-users",
      "override_beta-users",
      "override_Beta-users-2",
      "override_segment-5",
      "override_segment-5-2",
      "override_a-b-c",
    ]);
  });

  it("leaves out the variants of overrides that nobody gets", () => {
    const variants = createVariants(feature(1, "f", { environment: { value: "x" }, options: options("y") }));
    variants.ofOverride("a", owner("a"));
    variants.ofOverride("b", owner("b"));
    expect(variants.table(new Set(["override_b"]))).toEqual({
      control: "x",
      variant_1: "y",
      override_b: "b",
    });
  });
});

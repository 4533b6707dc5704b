import { describe, expect, it } from "vitest";
import { COUNTER_FLAG, contentHash, NEVER_SHOWN, observe } from "../../chaos/record/observe.ts";

interface Parts {
  readonly flags?: Readonly<Record<string, object>>;
  readonly version?: string;
}

const text = ({ flags = {}, version = "2026-11-23T12:00:00.000Z" }: Parts): string =>
  JSON.stringify({ flags, metadata: { flagSetId: "Demo/Development", version } });

const counter = (value: number): object => ({ variants: { on: value, off: false } });

describe("what is written down of a document", () => {
  it("has the counter, the number of flags and its version", () => {
    const one = observe(text({ flags: { [COUNTER_FLAG]: counter(7), dark_theme: {} } }), 1, ["dark_theme"]);
    expect(one).toMatchObject({ counter: 7, flags: 2, missing: [], version: "2026-11-23T12:00:00.000Z" });
  });

  it("names flags that ought to be there", () => {
    expect(observe(text({}), 1, ["dark_theme"]).missing).toEqual(["dark_theme"]);
  });

  it("finds an override's initial value anywhere, and options that are not all there", () => {
    const half = { variants: { control: "neither", left: "left" } };
    const override = { variants: { on: "plain", override: NEVER_SHOWN } };
    const { forbidden } = observe(text({ flags: { chaos_pair_1: half, chaos_override: override } }), 1, []);
    expect(forbidden).toEqual([
      `an override with the value ${NEVER_SHOWN}`,
      "chaos_pair_1 without both options",
    ]);
    const whole = { variants: { control: "neither", left: "left", right: "right" } };
    expect(observe(text({ flags: { chaos_pair_1: whole } }), 1, []).forbidden).toEqual([]);
  });

  it("hashes the content alone: another version is the same, another value is not", () => {
    const hashOf = (parts: Parts): string => contentHash(text(parts));
    expect(hashOf({ version: "later" })).toBe(hashOf({}));
    expect(hashOf({ flags: { dark_theme: {} } })).not.toBe(hashOf({}));
  });

  it("tells of something that is no JSON as of a document without flags", () => {
    expect(observe('{"flags":{"dark', 1, ["dark_theme"])).toMatchObject({
      flags: 0,
      missing: ["dark_theme"],
    });
  });
});

import { describe, expect, it } from "vitest";
import { SecondLook } from "../../../src/snapshot/second-look.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const AT_MOST_MS = 1_000;

function setUp() {
  const clock = new ManualClock();
  return { clock, look: new SecondLook(clock) };
}

describe("SecondLook", () => {
  it("confirms what was read twice alike", () => {
    const { look } = setUp();
    expect(look.confirms(1, "a", AT_MOST_MS)).toBe(false);
    expect(look.awaits(1)).toBe(true);
    expect(look.confirms(1, "a", AT_MOST_MS)).toBe(true);
    expect(look.awaits(1)).toBe(false);
  });

  it("begins anew with another content, but not for ever", () => {
    const { clock, look } = setUp();
    expect(look.confirms(1, "a", AT_MOST_MS)).toBe(false);
    clock.advance(600);
    expect(look.confirms(1, "b", AT_MOST_MS)).toBe(false);
    clock.advance(399);
    expect(look.confirms(1, "c", AT_MOST_MS)).toBe(false);
    clock.advance(1);
    expect(look.confirms(1, "d", AT_MOST_MS)).toBe(true);
  });

  it("waits for what is impossible although it is read again and again, up to its own limit", () => {
    const { clock, look } = setUp();
    expect(look.waitedFor(1, "a", AT_MOST_MS)).toBe(false);
    clock.advance(999);
    expect(look.waitedFor(1, "a", AT_MOST_MS)).toBe(false);
    clock.advance(1);
    expect(look.waitedFor(1, "a", AT_MOST_MS)).toBe(true);
  });

  it("keeps environments apart and forgets one", () => {
    const { look } = setUp();
    expect(look.confirms(1, "a", AT_MOST_MS)).toBe(false);
    expect(look.confirms(2, "a", AT_MOST_MS)).toBe(false);
    look.forget(1);
    expect(look.confirms(1, "a", AT_MOST_MS)).toBe(false);
    expect(look.confirms(2, "a", AT_MOST_MS)).toBe(true);
  });
});

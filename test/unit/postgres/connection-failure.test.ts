import { describe, expect, it } from "vitest";
import { adviceFor, isConnectionFailure } from "../../../src/postgres/connection/connection-failure.ts";

const withCode = (code: string): Error => Object.assign(new Error("failed"), { code });

describe("connection failures", () => {
  it.each(["08006", "28P01", "3D000", "53300", "57P01", "57P03", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"])(
    "%s is one, with advice",
    (code) => {
      expect(isConnectionFailure(withCode(code))).toBe(true);
      expect(adviceFor(withCode(code))).toMatch(/\.$/);
    },
  );

  it.each([
    "Query read timeout",
    "timeout exceeded when trying to connect",
    "Connection terminated unexpectedly",
    "Client has encountered a connection error and is not queryable",
  ])("so is what pg says without a code: %s", (message) => {
    expect(isConnectionFailure(new Error(message))).toBe(true);
  });

  it.each(["53100", "53200", "57014", "25006", "42P01", "40001"])("%s fails one statement alone", (code) => {
    expect(isConnectionFailure(withCode(code))).toBe(false);
  });

  it("a mistake of ours is none", () => {
    expect(isConnectionFailure(new TypeError("x is not a function"))).toBe(false);
  });
});

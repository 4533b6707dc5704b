import { describe, expect, it } from "vitest";
import { prettyLine } from "../../../src/observe/pretty-line.ts";

const AT = new Date(2026, 10, 23, 7, 5, 9, 42).toISOString();
const line = (fields: object): string =>
  JSON.stringify({ level: "info", time: AT, msg: "published", ...fields });

describe("a line of the log for people", () => {
  it("has the time of day, the level, the message and what belongs to it", () => {
    expect(
      prettyLine(
        line({ environmentId: 3, flagSetId: "shop/production", durationMs: 4.2, text: "a b", on: true }),
        false,
      ),
    ).toBe(
      '07:05:09.042 INFO  published environmentId=3 flagSetId=shop/production durationMs=4.2 text="a b" on=true\n',
    );
  });

  it("is coloured by its level where that is wanted", () => {
    const error = prettyLine(line({ level: "error", code: "LISTENER_DEAF" }), true);
    expect(error).toContain("\u001b[31mERROR\u001b[0m");
    expect(error).toContain("\u001b[2mcode=\u001b[0mLISTENER_DEAF");
  });

  it("shows a stack on lines of its own", () => {
    expect(prettyLine(line({ level: "fatal", stack: "Error: no\n    at x.ts:1" }), false)).toBe(
      "07:05:09.042 FATAL published\n    Error: no\n        at x.ts:1\n",
    );
  });

  it("lets nothing that came from outside steer the terminal", () => {
    const shown = prettyLine(line({ userAgent: "\u001b[2J\u009b31m", msg: "x\u001b]0;title\u0007" }), false);
    expect(shown.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(shown.split("\n")).toHaveLength(2);
  });

  it("takes a line without time or message", () => {
    expect(prettyLine('{"level":"warn","lines":3}', false)).toBe(" WARN   lines=3\n");
  });
});

import { describe, expect, it } from "vitest";
import { painter, wantsColours } from "../../../src/cli/terminal/paint.ts";
import { progressOn } from "../../../src/cli/terminal/progress.ts";

describe("colours", () => {
  it.each([
    ["a terminal", true, {}, true],
    ["no terminal", false, {}, false],
    ["a terminal that has none", true, { TERM: "dumb" }, false],
    ["a terminal, and somebody who wants none", true, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR", true, { NO_COLOR: "" }, true],
    ["no terminal, and somebody who wants them", false, { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
    ["both", false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("on %s", (_, isTTY, env, wanted) => {
    expect(wantsColours({ isTTY }, env)).toBe(wanted);
  });

  it("are added or not, and the text stays", () => {
    expect(painter(true)("red", "no")).toBe("\u001b[31mno\u001b[39m");
    expect(painter(false)("red", "no")).toBe("no");
  });
});

describe("the line that says what is being done", () => {
  const written = (isTTY: boolean, columns = 80) => {
    const texts: string[] = [];
    return { texts, progress: progressOn({ isTTY, columns, write: (text) => texts.push(text) }) };
  };

  it("is not written where there is no terminal", () => {
    const { texts, progress } = written(false);
    progress.say("looking");
    progress.bar("comparing", 1, 2);
    progress.clear();
    expect([texts, progress.isShown]).toEqual([[], false]);
  });

  it("takes the place of the last one, once, and is wiped out", () => {
    const { texts, progress } = written(true);
    progress.bar("comparing", 1, 2);
    progress.bar("comparing", 1, 2);
    progress.bar("comparing", 3, 2);
    progress.clear();
    progress.clear();
    expect(texts).toEqual([
      `\r\u001b[Kcomparing ${"█".repeat(15)}${"░".repeat(15)} 50 %`,
      `\r\u001b[Kcomparing ${"█".repeat(30)} 100 %`,
      "\r\u001b[K",
    ]);
  });

  it("never takes a second line", () => {
    const { texts, progress } = written(true, 10);
    progress.say("looking at the environments");
    expect(texts).toEqual(["\r\u001b[Klooking a"]);
  });
});

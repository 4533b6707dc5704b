import { describe, expect, it } from "vitest";
import { decodeStateFile, encodeStateFile, peekStateFile } from "../../../src/state/state-file.ts";

const CONTENT = {
  head: { kind: "document" },
  details: { many: ["ü", 1] },
  body: Buffer.from("a body\n{}\n"),
};

describe("a state file", () => {
  it("gives back what was put in, and its head from its beginning", async () => {
    const file = await encodeStateFile(CONTENT);
    expect(await decodeStateFile(file)).toEqual(CONTENT);
    expect(peekStateFile(file.subarray(0, 140))).toEqual({ head: CONTENT.head });
  });

  it("is not believed if any byte is another", async () => {
    const file = await encodeStateFile(CONTENT);
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await decodeStateFile(changed), `byte ${at}`).toBeTypeOf("string");
    }
  });

  it("is not believed if it was cut off or something was added", async () => {
    const file = await encodeStateFile(CONTENT);
    for (let length = 0; length < file.length; length++) {
      expect(await decodeStateFile(file.subarray(0, length)), `${length} bytes`).toBe("corrupt");
    }
    expect(await decodeStateFile(Buffer.concat([file, Buffer.alloc(1)]))).toBe("corrupt");
  });

  it.each(["2 and whatever else a later release may write", `3 ${"0".repeat(64)}\n`, "2"])(
    "of a later format is known as such: %s",
    async (rest) => {
      const file = Buffer.from(`flagsmith-flagd-state ${rest}`);
      expect(await decodeStateFile(file)).toBe("newer");
      expect(peekStateFile(file)).toBe("newer");
    },
  );
});

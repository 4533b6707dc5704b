/**
 * Whole documents, byte for byte. `<name>.environment.json` is a snapshot (its segments as a list), `<name>.document.json`
 * what it becomes. After a wanted change: UPDATE_GOLDEN=1 npx vitest run test/golden, then read the difference.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/model/canonical-json.ts";
import type { EnvironmentSnapshot, Segment } from "../../src/model/environment.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import { checkSchema } from "../unit/translate/evaluate.ts";

const ENDING = ".environment.json";
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length));

function readSnapshot(name: string): EnvironmentSnapshot {
  const { segments, ...rest } = JSON.parse(readFileSync(pathOf(`${name}${ENDING}`), "utf8"));
  return { ...rest, segments: new Map(segments.map((segment: Segment) => [segment.id, segment])) };
}

function pathOf(file: string): string {
  return `${import.meta.dirname}/${file}`;
}

describe("golden documents", () => {
  it.each(names)("%s", (name) => {
    const translation = translateEnvironment(readSnapshot(name));
    const document = `${JSON.stringify(JSON.parse(canonicalJson(translation.content)), null, 2)}\n`;
    const file = pathOf(`${name}.document.json`);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, document);
    expect(existsSync(file), `${file} is missing: see the head of this test`).toBe(true);
    expect(document).toBe(readFileSync(file, "utf8"));
    if (translation.warnings.every(({ reason }) => reason !== "type_mismatch")) checkSchema(translation);
  });

  it("exist", () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });
});

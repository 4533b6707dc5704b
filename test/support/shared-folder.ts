import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, it } from "vitest";

/** The folder beside the clone that holds a real Flagsmith's data, or undefined where a clone lies alone. */
export function sharedFolder(): string | undefined {
  const folder = process.env.SHARED_FOLDER ?? resolve(import.meta.dirname, "../../../shared");
  return existsSync(join(folder, "flagsmith", "rows.json.gz")) ? folder : undefined;
}

/** Like `describe`, for suites that need {@link sharedFolder}: without it they are skipped, and say so. */
export function describeWithShared(title: string, suite: (folder: string) => void): void {
  const folder = sharedFolder();
  if (folder !== undefined) {
    describe(title, () => suite(folder));
    return;
  }
  console.warn(`SKIPPED for want of ../shared (or SHARED_FOLDER): ${title}`);
  describe.skip(title, () => {
    it("needs the shared folder", () => undefined);
  });
}

/** Parses a JSON file, gzipped or not, relative to the shared folder. Its shape is for the caller to check. */
export function readSharedJson(folder: string, path: string): unknown {
  const bytes = readFileSync(join(folder, path));
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
}

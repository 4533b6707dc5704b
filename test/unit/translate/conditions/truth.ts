import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** What a real Flagsmith's engine answers: `answers[i][j]` belongs to `conditions[i]` and `traits[j]`. */
export interface ConditionsTruth {
  readonly conditions: readonly { readonly operator: string; readonly value: string }[];
  readonly traits: readonly { readonly a?: string | number | boolean | null }[];
  readonly answers: readonly string[];
}

const file = new URL("../../../../../shared/flagsmith/conditions-truth.json.gz", import.meta.url);

/** The file lies outside the repository; without it the tests that need it are skipped, and say so. */
export const truth: ConditionsTruth | undefined = existsSync(file)
  ? JSON.parse(gunzipSync(readFileSync(file)).toString())
  : undefined;

if (truth === undefined) {
  console.warn(`SKIPPED: ${file.pathname} is missing, conditions are NOT compared with Flagsmith's answers`);
}

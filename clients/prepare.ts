import { messageOf } from "../src/support/errors.ts";
import type { Candidate } from "./documents/audience.ts";
import type { Recipe } from "./recipes/recipe.ts";

/** Installs and builds clients one after the other; one whose tool chain is missing is left out loudly. */
export async function prepareAll(recipes: readonly Recipe[]): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const recipe of recipes) {
    try {
      const program = await recipe.prepare();
      console.error(`${recipe.name}: ${recipe.package} ${program.version}`);
      candidates.push({ recipe, program });
    } catch (error) {
      console.error(`\n*** SKIPPED: ${recipe.title}, ${recipe.package}: ${messageOf(error)} ***\n`);
    }
  }
  return candidates;
}

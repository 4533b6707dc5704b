/** docs/configuration.md is made from the table of options: `UPDATE_DOCS=1 npx vitest run test/unit/config` writes it. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeOptions } from "../../../src/config/describe-options.ts";

const PATH = "docs/configuration.md";
const MARK =
  "<!-- from here on made from src/config/options.ts: UPDATE_DOCS=1 npx vitest run test/unit/config -->";

function section(): string {
  return describeOptions()
    .map(({ key, env, fileEnv, flag, type, preset, help }) =>
      [
        `### \`${env}\``,
        "",
        `${help.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase())}.`,
        "",
        `- Flag: \`${flag}\`; key in a file: \`${key}\`${fileEnv === undefined ? "" : `; in a file of its own: \`${fileEnv}\``}`,
        `- Value: ${type}; default: ${preset === undefined ? "none" : `\`${preset}\``}`,
        "",
      ].join("\n"),
    )
    .join("\n");
}

it("docs/configuration.md says of every option what the code says", () => {
  const page = readFileSync(PATH, "utf8");
  const [introduction = ""] = page.split(MARK);
  const wanted = `${introduction}${MARK}\n\n${section()}`;
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, wanted);
  else expect(page).toBe(wanted);
});

/** docs/doctor.md is made from the catalogue: `UPDATE_DOCS=1 npx vitest run test/unit/doctor` writes it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FINDINGS, type FindingKind } from "../../../src/doctor/catalogue.ts";

const PATH = "docs/doctor.md";
const MARK =
  "<!-- from here on made from src/doctor/catalogue.ts: UPDATE_DOCS=1 npx vitest run test/unit/doctor -->";

const KINDS: readonly (readonly [string, FindingKind])[] = Object.entries(FINDINGS);

function section(): string {
  const rows = KINDS.map(
    ([code, { severity, meaning, advice }]) =>
      `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${severity} | ${meaning} | ${advice ?? ""} |`,
  );
  return ["| code | severity | meaning | what to do |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

it("docs/doctor.md says of every finding what the code says", () => {
  const page = readFileSync(PATH, "utf8");
  const [introduction = ""] = page.split(MARK);
  const wanted = `${introduction}${MARK}\n\n${section()}`;
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, wanted);
  else expect(page).toBe(wanted);
});

it("every finding that is not well says what to do, and every code is made somewhere", () => {
  const made = readdirSync("src/doctor")
    .filter((name) => name !== "catalogue.ts")
    .map((name) => readFileSync(`src/doctor/${name}`, "utf8"))
    .join("\n");
  for (const [code, { severity, advice }] of KINDS) {
    expect(advice === undefined, code).toBe(severity === "ok");
    expect(made, code).toContain(`"${code}"`);
  }
});

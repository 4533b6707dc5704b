/** The nightly run: all evaluators of this machine, as many cases as asked for; writes docs/parity.md. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LOCAL_EVALUATORS } from "../check.ts";
import { startBuilt } from "../evaluators/built.ts";
import { startPython } from "../evaluators/python.ts";
import { measure } from "./measure.ts";
import { report } from "./report.ts";

const REPORT = process.env.PARITY_REPORT ?? join(import.meta.dirname, "..", "..", "..", "docs", "parity.md");

test("parity", { timeout: 6 * 3600 * 1000 }, async () => {
  const python = await startPython();
  const built = process.env.PARITY_QUICK === undefined ? startBuilt() : [];
  const evaluators = [...LOCAL_EVALUATORS, ...(python === undefined ? [] : [python.flagd]), ...built];
  const seed = Number(process.env.PARITY_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const wanted = Number(process.env.PARITY_CASES ?? 100_000);
  console.log(`parity: seed ${seed}, ${wanted} cases, ${evaluators.map(({ name }) => name).join("; ")}`);
  const measured = await measure({ evaluators, python, seed, wanted });
  for (const one of [python, ...built]) await one?.close?.();
  writeFileSync(REPORT, report(measured, new Date().toISOString().slice(0, 10)));
  const findings = [...measured.findings.values()];
  const unknown = findings.filter(({ known }) => known === "new");
  for (const { explained } of unknown.slice(0, 10)) console.log(`\n${explained.slice(0, 4000)}`);
  for (const { known, what, evaluators: of } of findings.slice(0, 100)) {
    console.log(`${known}: ${what} (${of.size === evaluators.length ? "all" : [...of].join("; ")})`);
  }
  console.log(
    `parity: ${findings.length} kinds of wrong answers, ${unknown.length} of them not known before`,
  );
  expect(measured.modelDifferences).toEqual([]);
  expect(measured.flagDifferences).toEqual([]);
  expect(unknown.map(({ what }) => what)).toEqual([]);
});

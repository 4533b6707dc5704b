import type { Measurement } from "./measure.ts";
import { type Counts, quantile, shareOf, totalOf } from "./tally.ts";
import { versions } from "./versions.ts";

/** flagd's own validation while it loads a document of dense logic (facts: 6 s per MB). */
const SECONDS_PER_BYTE = 6 / 1_000_000;
const EXAMPLES = 3;

/** docs/parity.md. */
export function report(measured: Measurement, today: string): string {
  return `${[
    "# Parity",
    "",
    "How often flagd, with our documents, answers what Flagsmith answers. Measured, not claimed: this page is written by",
    "`npm run parity`, which makes environments and people at random (`test/property/generators`), asks Flagsmith's own engine",
    "and every flagd evaluator on this machine, and compares.",
    "",
    `- Date: ${today}. Seed: ${measured.seed} (\`npm run parity -- --cases ${measured.cases} --seed ${measured.seed}\` repeats it).`,
    `- ${number(measured.cases)} cases (a flag asked by one person) in ${number(measured.environments)} environments, by ${measured.byEvaluator.rows().length} evaluators.`,
    `- ${versions().join(", ")}.`,
    `- The expectation is a model of Flagsmith's server; its Python engine agreed with it in ${number(measured.modelCompared - measured.modelDifferences.length)} of ${number(measured.modelCompared)} memberships and, where it decides as the server does, with ${number(measured.flagsCompared - measured.flagDifferences.length)} of ${number(measured.flagsCompared)} answers.`,
    `- Flagsmith's JavaScript engine, the local evaluation of \`flagsmith-nodejs\`, saw the server's membership in ${percent((100 * measured.nodeEqual) / Math.max(1, measured.nodeCompared))} of the same questions, which are odd on purpose.`,
    "",
    "**same**: the answer is Flagsmith's. **narrowed**: a member does not get an override, and a warning of the translation said",
    "so, or a known limit does ([translation](translation.md#known-limits)). **wrong**: any other difference. **error**: the evaluation fails. **open** (not in the shares): several answers are right,",
    "since a percentage decides, or since Flagsmith has no such question (attributes without an identity).",
    "",
    "## By evaluator",
    "",
    ...table(
      ["evaluator"],
      measured.byEvaluator.rows().map(([name, counts]) => [[name], counts]),
    ),
    "",
    "## By operator",
    "",
    "One flag per operator, on for those whom one condition holds or, below NONE, does not hold. Bytes are those of the",
    "condition's own logic, and of a flag with one condition (parts that repeat are in `$evaluators`). Values and traits are",
    "odd more often than not: half of the patterns are put together at random, and most of those have no equivalent.",
    "",
    ...table(
      ["operator", "condition, median / p90 bytes", "flag, median / p90 bytes"],
      measured.byOperator
        .rows()
        .map(([name, counts]) => [
          [name, bytes(measured.conditionBytes.get(name)), bytes(measured.flagBytes.get(name))],
          counts,
        ]),
    ),
    "",
    "## By kind of environment",
    "",
    ...table(
      ["kind"],
      measured.byKind.rows().map(([name, counts]) => [[name], counts]),
    ),
    "",
    "## Size and load time",
    "",
    loadTime(measured.documentBytes),
    "",
    "## Warnings given",
    "",
    ...[...measured.warnings].sort().map(([reason, count]) => `- \`${reason}\`: ${number(count)}`),
    "",
    "## What is wrong",
    "",
    ...remaining(measured),
    "",
    "## Not asked",
    "",
    "- Numbers that JSON does not carry: 5.0 as a decimal, whole numbers above 2^53; lists and objects as traits.",
    "- A trait whose name is itself a path (`$.identity.identifier`).",
    "- Who falls into which share of a percentage: only that the answer is one of the possible ones.",
  ].join("\n")}\n`;
}

type Row = readonly [cells: readonly string[], counts: Counts];

function table(heads: readonly string[], rows: readonly Row[]): readonly string[] {
  const all = [...heads, "answers", "open", "same", "narrowed", "wrong", "error"];
  return [
    `| ${all.join(" | ")} |`,
    `|${all.map((_, index) => (index < heads.length ? "---" : "--:")).join("|")}|`,
    ...rows.map(([cells, counts]) => {
      const figures = [totalOf(counts), counts.open].map(number);
      const verdicts = [counts.narrowed, counts.disagrees, counts.error].map(number);
      return `| ${[...cells, ...figures, percent(shareOf(counts)), ...verdicts].join(" | ")} |`;
    }),
  ];
}

function bytes(values: readonly number[] = []): string {
  return `${Math.round(quantile(values, 0.5))} / ${Math.round(quantile(values, 0.9))}`;
}

function loadTime(documentBytes: readonly number[]): string {
  const [median, high] = [quantile(documentBytes, 0.5), quantile(documentBytes, 0.9)];
  const seconds = (perFlag: number) => (200 * perFlag * SECONDS_PER_BYTE).toFixed(2);
  return [
    `A document of environments as odd as these has ${Math.round(median)} bytes per flag (median; p90 ${Math.round(high)}),`,
    "shared parts included. flagd validates about 6 s per MB of dense logic: 200 such flags would load in",
    `${seconds(median)} s (p90 ${seconds(high)} s).`,
  ].join("\n");
}

function remaining({ findings }: Measurement): readonly string[] {
  if (findings.size === 0) return ["Nothing: every difference was announced by a warning."];
  const all = [...findings.values()];
  return [...new Set(all.map(({ known }) => known))].flatMap((known) => {
    const ofClass = all.filter((one) => one.known === known);
    const evaluators = new Set(
      ofClass.flatMap((one) => [...one.evaluators].map((name) => name.replace(/,.*/, ""))),
    );
    const examples = ofClass.slice(0, EXAMPLES).map(({ what }) => `  - \`${what}\``);
    return [`- ${known} (${[...evaluators].join(", ")}), ${ofClass.length} found:`, ...examples];
  });
}

function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 1000).toFixed(3)} %`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

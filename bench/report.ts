import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Cell, Findings, Scenario, Table, Verdict } from "./scenario.ts";

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly go: string;
  /** One-minute load before the first scenario: above 0.5 the figures are not to be quoted. */
  readonly loadBefore: number;
  readonly at: string;
  readonly command: string;
}

/** A scenario with what it found. */
export interface Result {
  readonly scenario: Scenario;
  readonly findings: Findings;
  readonly tookMs: number;
  readonly loadBefore: number;
}

function goVersion(): string {
  try {
    return execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  } catch {
    return "none";
  }
}

/** Looks at this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    go: goVersion(),
    loadBefore: loadavg()[0] ?? 0,
    at: new Date().toISOString(),
    command: `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`,
  };
}

function shown(cell: Cell): string {
  if (typeof cell === "string") return cell;
  const digits = Math.abs(cell) >= 100 || Number.isInteger(cell) ? 0 : Math.abs(cell) >= 10 ? 1 : 2;
  return cell.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function tableLines({ caption, columns, rows }: Table): readonly string[] {
  return [
    ...(caption === undefined ? [] : [caption, ""]),
    `| ${columns.join(" | ")} |`,
    `|${columns.map((_, index) => (index === 0 ? "---" : "---:")).join("|")}|`,
    ...rows.map((row) => `| ${row.map(shown).join(" | ")} |`),
    "",
  ];
}

function verdictLine({ what, measured, target, met }: Verdict): string {
  return `- ${met ? "met" : "**missed**"}: ${what}: ${shown(measured)} (target: ${target})`;
}

/** One scenario as Markdown. */
export function resultMarkdown({ scenario, findings, tookMs, loadBefore }: Result): string {
  const { tables, verdicts = [], remarks = [] } = findings;
  return [
    `### (${scenario.letter}) ${scenario.title}`,
    "",
    ...tables.flatMap(tableLines),
    ...verdicts.map(verdictLine),
    ...(verdicts.length > 0 ? [""] : []),
    ...remarks.map((remark) => `- ${remark}`),
    ...(remarks.length > 0 ? [""] : []),
    `Took ${shown(Math.round(tookMs / 1_000))} s; load before: ${loadBefore.toFixed(2)}.`,
    "",
  ].join("\n");
}

/** The machine as one line. */
export function machineLine(machine: Machine): string {
  return (
    `${machine.cores} x ${machine.cpu}, ${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}, ` +
    `Go ${machine.go}; load before: ${machine.loadBefore.toFixed(2)}; ${machine.at}; \`${machine.command}\``
  );
}

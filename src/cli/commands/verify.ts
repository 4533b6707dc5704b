import { type Command, InvalidArgumentError } from "commander";
import type { EnvironmentVerification } from "../../app/on-demand/verify-environment.ts";
import { type CommandContext, configOf, type Flags, run, withDatabase, withOptions } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { painter } from "../terminal/paint.ts";

type Disagreement = EnvironmentVerification["disagreements"][number];
type Cause = Disagreement["cause"];
type ShareComparison = EnvironmentVerification["shares"][number];

const COLOURS = { good: "green", known: "yellow", bad: "red" } as const;

/** Whether all that differs was announced: what the exit code says. */
export function hasAgreed(report: EnvironmentVerification): boolean {
  return report.agreed + report.announced === report.compared && report.unknownFlags.length === 0;
}

/** The report for a person: each flag, each disagreement with the rule behind it, and the sum. */
export function renderVerification(report: EnvironmentVerification, colours: boolean): string {
  const paintIn = painter(colours);
  const paint = (colour: keyof typeof COLOURS, text: string): string => paintIn(COLOURS[colour], text);
  const width = Math.max(0, ...report.flags.map(({ flag }) => flag.length));
  const lines = report.flags.map(({ flag, comparedBy, compared, agreed, announced }) => {
    const unit = comparedBy === "answers" ? "answers" : "comparisons, shares where lots decide";
    const rest = announced > 0 ? `, ${announced} differ as announced` : "";
    const sign =
      agreed === compared
        ? paint("good", "✓")
        : agreed + announced === compared
          ? paint("known", "~")
          : paint("bad", "✗");
    return `${sign} ${flag.padEnd(width)}  ${agreed} of ${compared} ${unit}${rest}`;
  });
  const apart = [
    ...report.disagreements.map((one) => renderDisagreement(one, paint)),
    ...report.shares.filter((one) => !one.agrees).map((one) => renderShares(one, paint)),
    ...report.unknownFlags.map((flag) => paint("bad", `✗ ${flag}: in the document, not in Flagsmith`)),
  ];
  const { compared, agreed, announced } = report;
  const share = compared === 0 ? 100 : Math.floor((agreed / compared) * 10_000) / 100;
  const disagreed = compared - agreed - announced;
  const differ = [
    ...(announced > 0 ? [`${announced} differ as announced`] : []),
    ...(disagreed > 0 ? [paint("bad", `${disagreed} disagree`)] : []),
  ];
  return [
    ...lines,
    ...(apart.length > 0 ? ["", ...apart] : []),
    "",
    `${report.flagSetId}: ${agreed} of ${compared} agree (${share} %)${differ.map((text) => `, ${text}`).join("")}`,
    `${report.contexts} contexts, ${report.keys} keys where a percentage decides, semantics ${report.semantics}; the same again with --seed ${report.seed}`,
  ].join("\n");
}

function renderDisagreement(
  one: Disagreement,
  paint: (colour: keyof typeof COLOURS, text: string) => string,
): string {
  const announced = one.announcedBy.length > 0;
  const got = one.error === null ? said(one.flagd) : `an error (${one.error})`;
  const head = `${one.flag}: Flagsmith answers ${said(one.flagsmith)}, flagd ${got}`;
  return [
    announced ? paint("known", `~ ${head}`) : paint("bad", `✗ ${head}`),
    `    ${one.people} contexts, such as ${JSON.stringify(one.context)}`,
    `    rule: ${causeText(one.cause)}`,
    ...(announced
      ? one.announcedBy.map(({ reason, detail }) => `    announced: ${reason}: ${detail}`)
      : ["    not announced by any warning"]),
  ].join("\n");
}

function renderShares(
  { flag, traits, keys, shares, announced, error }: ShareComparison,
  paint: (colour: keyof typeof COLOURS, text: string) => string,
): string {
  const sign = announced ? "~" : "✗";
  const head = `${sign} ${flag}: the shares differ more than chance explains, for ${JSON.stringify(traits)}`;
  return [
    paint(
      announced ? "known" : "bad",
      error === undefined ? head : `${sign} ${flag}: flagd fails (${error})`,
    ),
    ...shares.map(
      ({ value, flagsmith, flagd }) =>
        `    ${said(value)}: Flagsmith ${flagsmith}, flagd ${flagd} of ${keys} keys`,
    ),
  ].join("\n");
}

/** The rule behind a disagreement, in Flagsmith's words. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "identity_override":
      return `the identity override of ${JSON.stringify(cause.identifier)}`;
    case "document":
      return "none of the flag's segments differs by itself: the document is not of these rows";
    case "segment": {
      const there = (inside: boolean | undefined): string =>
        inside === undefined ? "an error" : inside ? "inside" : "outside";
      const conditions = cause.conditions.map(
        ({ property, operator, value }) =>
          `${property ?? "identity"} ${operator} ${value === null ? "(no value)" : JSON.stringify(value)}`,
      );
      const which = conditions.length > 0 ? `: ${conditions.join("; ")}` : "";
      return `segment ${cause.name} (id ${cause.segmentId}), ${there(cause.inFlagsmith)} for Flagsmith, ${there(cause.inFlagd)} for flagd${which}`;
    }
  }
}

function said(value: string | number | boolean | null): string {
  return value === null ? "off" : JSON.stringify(value);
}

function atMost(most: number): (text: string) => string {
  return (text) => {
    if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > most) {
      throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
    }
    return text;
  };
}

/** `verify`: does flagd answer what Flagsmith answers, in the user's own environment? */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  withOptions(
    program
      .command("verify")
      .description(
        "compare flagd's answers with Flagsmith's, for people made up from an environment's own rules",
      ),
    ["databaseUrl", "sizeBudgetBytes", "maxDocumentBytes"],
  )
    .requiredOption("--environment-key <key>", "a server-side key (ser.…) of the environment")
    .option("--contexts <n>", "how many people to make up", atMost(1_000_000), "1000")
    .option("--keys <n>", "how many keys to try where a percentage decides", atMost(1_000_000), "5000")
    .option("--seed <n>", "makes up the same people again (default: by chance)", atMost(4_294_967_295))
    .option("--json", "answer as JSON")
    .option("--fail-on-disagreement", "exit code 3 if something differs that no warning announced", true)
    .option("--no-fail-on-disagreement", "exit code 0 even then")
    .addHelpText(
      "after",
      "\nFlagsmith's answers are its own engine's; flagd's are its own evaluator's, on the document that is served.\nWhere a percentage decides, both draw lots by different hashes: there the shares are compared, not the people.\n\nExamples:\n  flagsmith-flagd verify --environment-key ser.…\n  flagsmith-flagd verify --environment-key ser.… --contexts 10000 --seed 7 --json\n",
    )
    .action((flags: Flags) =>
      run(context, () => {
        const config = configOf(context, flags);
        return withDatabase(config.databaseUrl, async (database) => {
          // Both engines take a tenth of a second to load, which no other command should wait for.
          const { verifyEnvironment } = await import("../../app/on-demand/verify-environment.ts");
          const { progress } = terminal;
          const report = await verifyEnvironment(database, {
            environmentKey: String(flags.environmentKey),
            sizes: config,
            contexts: Number(flags.contexts),
            keys: Number(flags.keys),
            seed: flags.seed === undefined ? 1 + Math.floor(Math.random() * 999_999) : Number(flags.seed),
            onProgress: (done, total) => progress.bar("comparing", done, total),
          }).finally(() => progress.clear());
          const agreed = hasAgreed(report);
          terminal.answer(
            flags.json
              ? JSON.stringify({ ok: agreed, ...report }, undefined, 2)
              : renderVerification(report, terminal.colours),
          );
          return agreed || !flags.failOnDisagreement ? EXIT.ok : EXIT.found;
        });
      }),
    );
}

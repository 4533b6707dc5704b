import type { Command } from "commander";
import type { Explainer } from "../../app/on-demand/open-explainer.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { nearNames } from "../../support/near-names.ts";
import { type CommandContext, configOf, type Flags, run, withDatabase, withOptions } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { painter } from "../terminal/paint.ts";
import { causeText } from "./verify.ts";

type Explanation = NonNullable<Awaited<ReturnType<Explainer["explain"]>>>;
type Step = Explanation["flagsmith"]["steps"][number];
type State = Extract<Step, { kind: "environment" }>["state"];
type Rule = Extract<Step, { kind: "segment" }>["rules"][number];

interface Style {
  readonly tick: string;
  readonly cross: string;
  readonly bold: (text: string) => string;
}

function styleOf(colours: boolean): Style {
  const paint = painter(colours);
  return { tick: paint("green", "✓"), cross: paint("red", "✗"), bold: (text) => paint("bold", text) };
}

/** Why one flag answers what it answers, in Flagsmith's words and in flagd's. */
export function renderExplanation(explanation: Explanation, colours: boolean): string {
  const style = styleOf(colours);
  const { flag, context, flagsmith, flagd, warnings } = explanation;
  const reached = flagsmith.steps.findIndex(({ decides }) => decides);
  const answer = said(flagsmith);
  return [
    `${style.bold(flag)} for ${JSON.stringify(context)}`,
    "",
    `${style.bold("Flagsmith")}: ${answer}`,
    ...flagsmith.steps.flatMap((step, index) => renderStep(step, { style, late: index > reached })),
    ...(flagsmith.bucketPercentage === null
      ? []
      : [`  by percentage: in the bucket of ${flagsmith.bucketPercentage} %`]),
    "",
    `${style.bold("flagd")}: ${flagd.value === null ? "the caller's default" : JSON.stringify(flagd.value)}`,
    ...renderFlagd(flagd),
    "",
    ...renderVerdict(explanation, style),
    ...warnings.map(({ reason, detail }) => `  warning ${reason}: ${detail}`),
  ].join("\n");
}

function said({ enabled, value }: Pick<State, "enabled" | "value">): string {
  const on = enabled ? "on" : "off";
  return value === null ? on : `${on}, value ${JSON.stringify(value)}`;
}

function stateText(state: State): string {
  const options = state.options.map(({ value, percentage }) => `${JSON.stringify(value)} ${percentage} %`);
  return said(state) + (options.length > 0 ? `, by percentage ${options.join(", ")}` : "");
}

/** What comes after the decision was not asked, so its rules would only distract. */
function renderStep(step: Step, { style, late }: { style: Style; late: boolean }): readonly string[] {
  const sign = late ? "·" : step.applies ? style.tick : style.cross;
  const note = step.decides ? style.bold("  ← decides") : late ? "  (not reached)" : "";
  switch (step.kind) {
    case "identity":
      return step.state === null
        ? [`  ${sign} identity override: none for this identity, ${step.overrides} for others`]
        : [`  ${sign} identity override: ${stateText(step.state)}${note}`];
    case "segment":
      return [
        `  ${sign} segment ${step.name}, priority ${step.priority}: ${stateText(step.state)}${note}`,
        ...(step.rules.length === 0 ? ["      no rules: matches nobody"] : []),
        ...(late ? [] : step.rules.flatMap((rule) => renderRule(rule, style, "      "))),
      ];
    case "environment":
      return [`  ${sign} environment default: ${stateText(step.state)}${note}`];
  }
}

function renderRule(rule: Rule, style: Style, indent: string): readonly string[] {
  return [
    `${indent}${rule.holds ? style.tick : style.cross} ${rule.type} of`,
    ...rule.conditions.map((condition) => {
      const { holds, property, operator, because } = condition;
      return `${indent}  ${holds ? style.tick : style.cross} ${property || "identity"} ${operator}${operand(condition)}: ${because}`;
    }),
    ...rule.rules.flatMap((inner) => renderRule(inner, style, `${indent}  `)),
  ];
}

function operand({ operator, value }: Rule["conditions"][number]): string {
  if (value === null || operator === "IS_SET" || operator === "IS_NOT_SET") return "";
  return value.includes('"') ? ` ${value}` : ` "${value}"`;
}

function renderFlagd({ state, variant, reason, branch, error }: Explanation["flagd"]): readonly string[] {
  const taken =
    branch === null
      ? "no targeting"
      : `branch ${branch.number} of ${branch.of} → ${branch.answer}${branch.condition === null ? ", as no other applies" : ""}`;
  return [
    `  state ${state}, variant ${variant ?? "none"}, reason ${reason}`,
    ...(state === "ENABLED" ? [`  ${taken}`] : []),
    ...(branch?.condition ? [`    when ${branch.condition}`] : []),
    ...(error === null ? [] : [`  evaluation error: ${error}`]),
  ];
}

function renderVerdict({ verdict, semantics }: Explanation, { tick, cross }: Style): readonly string[] {
  switch (verdict.kind) {
    case "agree":
      return [
        semantics === "value"
          ? `${tick} both agree, in semantics value: on and off are the environment's, not an override's`
          : `${tick} both agree`,
      ];
    case "other_bucket":
      return ["~ they differ by lot: both hash otherwise, the shares are the same (see `verify`)"];
    case "announced":
      return [`~ they differ, as ${verdict.by.map(({ reason }) => reason).join(", ")} announced`];
    case "no_identity":
      return ["~ cannot be compared: Flagsmith knows traits only of an identity (targetingKey)"];
    case "disagree":
      return [`${cross} they disagree: ${causeText(verdict.cause)}`];
  }
}

/** @throws FlagsmithFlagdError CONFIG_INVALID */
function readContext(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (thrown) {
    const why = messageOf(thrown).replaceAll("\n", " ");
    throw new FlagsmithFlagdError("CONFIG_INVALID", `--context is no JSON: ${why}`, { cause: thrown });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", "--context must be a JSON object");
  }
  return { ...parsed };
}

/** `explain`: which override, segment or rule decided, for one flag and one context. */
export function addExplainCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  withOptions(
    program
      .command("explain")
      .description(
        "say which override, segment or rule decides a flag for a context, in Flagsmith and in flagd",
      ),
    ["databaseUrl", "sizeBudgetBytes", "maxDocumentBytes"],
  )
    .requiredOption("--environment-key <key>", "a server-side key (ser.…) of the environment")
    .requiredOption("--flag <name>", "the flag")
    .option("--context <json>", "the evaluation context, with targetingKey as the identity", "{}")
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  flagsmith-flagd explain --environment-key ser.… --flag banner_text\n  flagsmith-flagd explain --environment-key ser.… --flag banner_text --context '{"targetingKey":"alice","plan":"gold"}' --json\n`,
    )
    .action((flags: Flags) =>
      run(context, () => {
        const config = configOf(context, flags);
        const asked = readContext(String(flags.context));
        const flag = String(flags.flag);
        return withDatabase(config.databaseUrl, async (database) => {
          // Both engines take a tenth of a second to load, which no other command should wait for.
          const { openExplainer } = await import("../../app/on-demand/open-explainer.ts");
          const explainer = await openExplainer(database, String(flags.environmentKey), config);
          const explanation = await explainer.explain(flag, asked);
          if (explanation === undefined) {
            const near = nearNames(flag, explainer.flagNames).join(", ");
            const hint = near === "" ? "this environment has no flags" : `near: ${near}`;
            throw new FlagsmithFlagdError("CONFIG_INVALID", `no flag is called \`${flag}\`; ${hint}`);
          }
          terminal.answer(
            flags.json
              ? JSON.stringify({ flagSetId: explainer.flagSetId, ...explanation }, undefined, 2)
              : renderExplanation(explanation, terminal.colours),
          );
          return EXIT.ok;
        });
      }),
    );
}

import type { Command } from "commander";
import { diagnosticsOf } from "../../app/diagnostics-of.ts";
import { readRevision } from "../../app/on-demand/read-revision.ts";
import {
  type CommandContext,
  configOf,
  type Flags,
  run,
  withDatabase,
  withExamples,
  withOptions,
} from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

const KEY_OPTION = ["--environment-key <key>", "a server-side key (ser.…) of the environment"] as const;
const READ_OPTIONS = ["databaseUrl", "sizeBudgetBytes", "maxDocumentBytes"] as const;

/** `export` and `diagnose`: what a server would say of an environment, without a server. */
export function addExportCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;

  const exporting = program.command("export").description("print the flagd document of an environment");
  withExamples(exporting, [
    "flagsmith-flagd export --environment-key ser.… > flags.json",
    "flagsmith-flagd export --environment-key ser.… --pretty | less",
  ]);
  withOptions(exporting, READ_OPTIONS)
    .requiredOption(...KEY_OPTION)
    .option("--pretty", "indent the JSON")
    .action((flags: Flags) =>
      run(context, () => {
        const config = configOf(context, flags);
        return withDatabase(config.databaseUrl, async (database) => {
          const revision = await readRevision(database, String(flags.environmentKey), config);
          const text = revision.bytes.toString("utf8");
          terminal.answer(flags.pretty ? JSON.stringify(JSON.parse(text), undefined, 2) : text);
          return EXIT.ok;
        });
      }),
    );

  const diagnosing = program
    .command("diagnose")
    .description("print what the translation of an environment warns of");
  withExamples(diagnosing, [
    "flagsmith-flagd diagnose --environment-key ser.…",
    "flagsmith-flagd diagnose --environment-key ser.… --json --fail-on-warnings",
  ]);
  withOptions(diagnosing, READ_OPTIONS)
    .requiredOption(...KEY_OPTION)
    .option("--json", "answer as JSON, in the shape of diagnostics.json")
    .option("--fail-on-warnings", "exit code 3 if there is any warning")
    .action((flags: Flags) =>
      run(context, () => {
        const config = configOf(context, flags);
        return withDatabase(config.databaseUrl, async (database) => {
          const report = diagnosticsOf(await readRevision(database, String(flags.environmentKey), config));
          if (flags.json) terminal.answer(JSON.stringify(report, undefined, 2));
          else {
            for (const { reason, detail } of report.environmentWarnings)
              terminal.answer(`${reason}: ${detail}`);
            for (const feature of report.features) {
              for (const { reason, detail } of feature.warnings)
                terminal.answer(`${feature.name}: ${reason}: ${detail}`);
            }
            terminal.answer(
              `${report.flagSetId}: ${report.summary.totalWarnings} warnings on ${report.summary.featuresWithWarnings} features`,
            );
          }
          return flags.failOnWarnings && report.summary.totalWarnings > 0 ? EXIT.found : EXIT.ok;
        });
      }),
    );
}

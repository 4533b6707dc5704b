import type { Command } from "commander";
import { collectValues, optionNames } from "../../config/collect-values.ts";
import { loadConfig } from "../../config/load-config.ts";
import { type Config, OPTIONS } from "../../config/options.ts";
import { maskSecret } from "../../support/secrets.ts";
import { type CommandContext, type Flags, run, sourcesOf, withExamples, withOptions } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

/** What a person may see of a value. */
function shown(name: keyof Config, value: Config[keyof Config]): Config[keyof Config] {
  return OPTIONS[name].secret && typeof value === "string" ? maskSecret(value) : value;
}

/** `config print`: what `start` would go by, and where each value came from. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const config = program.command("config").description("look at the configuration");
  withExamples(config, ["flagsmith-flagd config print"]);
  const print = config
    .command("print")
    .description("check all options and print each with where it came from; secrets are masked");
  withOptions(print, optionNames())
    .option("--json", "answer as JSON")
    .action((flags: Flags) =>
      run(context, async () => {
        const sources = sourcesOf(context, flags);
        const values = loadConfig(sources);
        const { origins } = collectValues(sources);
        const rows = optionNames().map((name) => ({
          name,
          value: shown(name, values[name]) ?? null,
          origin: origins.get(name) ?? "default",
        }));
        if (flags.json) terminal.answer(JSON.stringify(rows));
        else {
          const width = Math.max(...rows.map(({ name }) => name.length));
          for (const { name, value, origin } of rows)
            terminal.answer(`${name.padEnd(width)}  ${value ?? "(unset)"}  (${origin})`);
        }
        return EXIT.ok;
      }),
    );
  withExamples(print, [
    "flagsmith-flagd config print --config flagsmith-flagd.yaml",
    "flagsmith-flagd config print --json | jq '.[] | select(.origin != \"default\")'",
  ]);
}

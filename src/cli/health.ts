import { type Command, Option } from "commander";
import { OPTIONS } from "../config/options.ts";
import { FlagsmithFlagdError, messageOf } from "../support/errors.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

/** Milliseconds for an answer; container engines wait 30 s, and a health check that hangs says as much as one that fails. */
const ANSWER_WITHIN_MS = 5_000;

/** A database is not needed to ask a server how it does. */
const NO_DATABASE = "postgres://unused";

/** `health`: asks the management port; for container health checks, where there is no curl. */
export function addHealthCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("health")
    .description(
      `ask a running server whether it is ready; exit code ${EXIT.ok}: yes, ${EXIT.found}: not yet`,
    )
    .addOption(new Option("--live", "only ask whether the process lives"))
    .addHelpText("after", `\nExample:\n  flagsmith-flagd health ${OPTIONS.managementPort.flag} 8014\n`);
  withOptions(command, ["managementPort"]).action((flags: Flags) =>
    run(context, async () => {
      const env = { ...context.env, DATABASE_URL: NO_DATABASE, DATABASE_URL_FILE: undefined };
      const { managementPort, host } = configOf({ ...context, env }, flags);
      const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
      const authority = name.includes(":") ? `[${name}]` : name;
      const url = `http://${authority}:${managementPort}/${flags.live ? "healthz" : "readyz"}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
        (thrown: unknown) => {
          const reason = messageOf(thrown instanceof Error && thrown.cause ? thrown.cause : thrown);
          throw new FlagsmithFlagdError("SERVER_UNREACHABLE", `${url} does not answer: ${reason}`);
        },
      );
      context.terminal.answer((await answer.text()).trim());
      return answer.ok ? EXIT.ok : EXIT.found;
    }),
  );
}

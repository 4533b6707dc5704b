import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import { OPTIONS } from "../config/options.ts";
import { FlagsmithFlagdError, messageOf } from "../support/errors.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

/** Milliseconds for an answer; container engines wait 30 s, and a health check that hangs says as much as one that fails. */
const ANSWER_WITHIN_MS = 5_000;

/** A database is not needed to ask a server how it does. */
const NO_DATABASE = "postgres://unused";

interface HealthAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/** Whose certificate it is does not matter: it asks its own machine, and tells it nothing. */
function ask(url: string): Promise<HealthAnswer> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const options = { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      const ok = response.statusCode === 200;
      text(response).then((body) => resolve({ ok, text: body }), reject);
    })
      .on("error", reject)
      .end();
  });
}

/** `health`: asks the management port; for container health checks, where there is no curl. */
export function addHealthCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("health")
    .description(
      `ask a running server whether it is ready; exit code ${EXIT.ok}: yes, ${EXIT.found}: not yet`,
    )
    .addOption(new Option("--live", "only ask whether the process lives"))
    .addHelpText("after", `\nExample:\n  flagsmith-flagd health ${OPTIONS.managementPort.flag} 8014\n`);
  withOptions(command, [
    "managementHost",
    "managementPort",
    "managementTlsCertFile",
    "managementTlsKeyFile",
  ]).action((flags: Flags) =>
    run(context, async () => {
      const env = { ...context.env, DATABASE_URL: NO_DATABASE, DATABASE_URL_FILE: undefined };
      const { managementHost, managementPort, managementTlsCertFile } = configOf({ ...context, env }, flags);
      const name = managementHost === "0.0.0.0" || managementHost === "::" ? "127.0.0.1" : managementHost;
      const authority = name.includes(":") ? `[${name}]` : name;
      const scheme = managementTlsCertFile === undefined ? "http" : "https";
      const url = `${scheme}://${authority}:${managementPort}/${flags.live ? "healthz" : "readyz"}`;
      const answer = await ask(url).catch((thrown: unknown) => {
        throw new FlagsmithFlagdError("SERVER_UNREACHABLE", `${url} does not answer: ${messageOf(thrown)}`);
      });
      context.terminal.answer(answer.text.trim());
      return answer.ok ? EXIT.ok : EXIT.found;
    }),
  );
}

import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { OPTIONS } from "../../config/options.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "../command.ts";
import { EXIT } from "../terminal/exit-codes.ts";

/** Milliseconds for an answer; container engines wait 30 s, and a health check that hangs says as much as one that fails. */
const ANSWER_WITHIN_MS = 5_000;

/** A database is not needed to ask a server how it does. */
const NO_DATABASE = "postgres://unused";

/** What a management port answers with, and whether that is well. */
const STATUSES: Readonly<Record<number, boolean>> = { 200: true, 412: false };

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
      const { statusCode = 0 } = response;
      if (!(statusCode in STATUSES)) {
        response.resume();
        reject(new Error(`it answers ${statusCode}, as no management port does`));
        return;
      }
      text(response).then((body) => resolve({ ok: STATUSES[statusCode] === true, text: body }), reject);
    })
      .on("error", reject)
      .end();
  });
}

/** What the body says, in a line for a person. */
function inWords({ ok, text: body }: HealthAnswer): string {
  const said: { readonly waitingFor?: readonly string[]; readonly reason?: string } = JSON.parse(body);
  if (!ok) return `not ready: waiting for ${said.waitingFor?.join(", ") || "its start"}`;
  if (said.waitingFor === undefined) return "alive";
  return said.reason === undefined ? "ready" : `ready, but may be out of date: ${said.reason}`;
}

/** `health`: asks the management port; for container health checks, where there is no curl. */
export function addHealthCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("health")
    .description(
      `ask a running server whether it is ready; exit code ${EXIT.ok}: yes, ${EXIT.found}: not yet`,
    )
    .option("--live", "only ask whether the process lives")
    .option("--json", "answer with what the server said, as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  flagsmith-flagd health ${OPTIONS.managementPort.flag} 8014\n  flagsmith-flagd health --json | jq .waitingFor\n`,
    );
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
        throw new FlagsmithFlagdError(
          "SERVER_UNREACHABLE",
          `${url} does not answer as it should: ${messageOf(thrown)}`,
        );
      });
      context.terminal.answer(flags.json ? answer.text.trim() : inWords(answer));
      return answer.ok ? EXIT.ok : EXIT.found;
    }),
  );
}

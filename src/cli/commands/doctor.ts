import type { Command } from "commander";
import { databaseTarget } from "../../app/database/database-target.ts";
import { readRevision, readRevisionOf } from "../../app/on-demand/read-revision.ts";
import type { Config } from "../../config/options.ts";
import type { Severity } from "../../doctor/catalogue.ts";
import type { BuiltDocument, EnvironmentChecks } from "../../doctor/check-environments.ts";
import type { ServerToAsk } from "../../doctor/check-server.ts";
import type { ClientTls } from "../../doctor/client-tls.ts";
import { examine } from "../../doctor/examine.ts";
import { type Finding, isHealthy } from "../../doctor/finding.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { probeFlagsmith } from "../../postgres/schema/flagsmith-columns.ts";
import { systemClock } from "../../support/clock.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import { type CommandContext, configOf, type Flags, run, withDatabase, withOptions } from "../command.ts";
import { clientTlsOf, withClientTls } from "../following/client-tls.ts";
import { firstDocument } from "../following/first-document.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { painter } from "../terminal/paint.ts";

const COLOURS = { ok: "green", note: "cyan", warning: "yellow", error: "red" } as const;
const SEVERITY_WIDTH = "warning".length;

/** One line per finding, and below what is not well what it means and what to do. */
export function renderFindings(findings: readonly Finding[], colours: boolean): string {
  const paint = painter(colours);
  const width = Math.max(...findings.map(({ code }) => code.length));
  const indent = " ".repeat(SEVERITY_WIDTH + 2);
  const lines = findings.flatMap(({ severity, code, message, meaning, advice }) => {
    const sign = paint(COLOURS[severity], severity.padEnd(SEVERITY_WIDTH));
    const head = `${sign}  ${code.padEnd(width)}  ${message}`;
    if (severity === "ok") return [head];
    return [head, `${indent}${meaning}`, ...(advice === null ? [] : [`${indent}What to do: ${advice}`])];
  });
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const counted = (severity: Severity) => `${count(severity)} ${severity}${count(severity) === 1 ? "" : "s"}`;
  const others = (["note", "warning", "error"] as const).map(counted);
  return [...lines, "", [`${count("ok")} ok`, ...others].join(", ")].join("\n");
}

function environmentChecks(database: Database, config: Config): EnvironmentChecks {
  return {
    maxDocumentBytes: config.maxDocumentBytes,
    async build({ environmentId, projectId }, { settingsByProject }): Promise<BuiltDocument | undefined> {
      const settings = settingsByProject.get(projectId);
      if (settings === undefined) return undefined;
      const columns = await probeFlagsmith(database);
      const read = await readRevisionOf(database, { environmentId, columns, settings }, config);
      return (
        read && {
          bytes: read.messageBytes,
          flags: read.translation.featureNames.length,
          warnings: read.translation.warnings,
        }
      );
    },
  };
}

function serverOf(
  database: Database,
  config: Config,
  {
    server,
    environmentKey,
    tls,
  }: {
    readonly server: string | undefined;
    readonly environmentKey: string | undefined;
    readonly tls: ClientTls | undefined;
  },
): ServerToAsk | undefined {
  if (server === undefined) return undefined;
  if (environmentKey === undefined && tls?.cert === undefined) {
    const message =
      "--server needs --environment-key <key>, or a client certificate that opens an environment";
    throw new FlagsmithFlagdError("CONFIG_INVALID", message);
  }
  return {
    target: server,
    clock: systemClock,
    firstDocument: () => firstDocument({ target: server, key: environmentKey, tls, clock: systemClock }),
    async expected() {
      if (environmentKey === undefined) return undefined;
      const read = await readRevision(database, environmentKey, config).catch(() => undefined);
      return read?.bytes.toString("utf8");
    },
  };
}

/** TLS as any client speaks it. */
const SYSTEM_TRUST: ClientTls = { ca: undefined, cert: undefined, key: undefined, serverName: undefined };

const textOf = (flag: Flags[string]): string | undefined => (typeof flag === "string" ? flag : undefined);

const EXAMPLES = `
It changes nothing. A word of its own is sent on a channel on which servers ignore the words of others.
Run it with the configuration of the server, as the user of the server.

Examples:
  flagsmith-flagd doctor
  flagsmith-flagd doctor --server flagd-sync.internal:8015 --environment-key ser.… --management 127.0.0.1:8014
  flagsmith-flagd doctor --server flagd-sync.internal:8015 --environment-key ser.… --tls-ca ca.crt
  flagsmith-flagd doctor --json | jq '.findings[] | select(.severity != "ok")'
`;

/** `doctor`: does the whole chain work, from Flagsmith's rows to a client's stream? */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const { terminal, env } = context;
  const command = withOptions(
    program
      .command("doctor")
      .description(
        `prove the whole chain on this set-up: database, rights, triggers, notifications, keys, documents, server; exit code ${EXIT.found}: an error was found`,
      ),
    ["databaseUrl", "listenDatabaseUrl", "sizeBudgetBytes", "maxDocumentBytes", "stateDir"],
  );
  withClientTls(command)
    .option("--server <host:port>", "also open a stream on this sync port, as a client does")
    .option("--environment-key <key>", "a server-side key (ser.…) for that stream [FLAGSMITH_SERVER_KEY]")
    .option("--management <host:port>", "also ask this management port whether the server is ready")
    .option(
      "--management-tls",
      "the management port speaks TLS; --tls-ca and the others count for it as well",
    )
    .option("--json", "answer as JSON")
    .addHelpText("after", EXAMPLES)
    .action((flags: Flags) =>
      run(context, () => {
        const config = configOf(context, flags);
        const tls = clientTlsOf(flags);
        const listenUrl = config.listenDatabaseUrl ?? config.databaseUrl;
        return withDatabase(config.databaseUrl, async (database) => {
          const findings = await examine({
            database,
            target: databaseTarget(config.databaseUrl),
            listenUrl,
            listenTarget: databaseTarget(listenUrl),
            environments: environmentChecks(database, config),
            stateDir: config.stateDir,
            server: serverOf(database, config, {
              server: textOf(flags.server),
              environmentKey: textOf(flags.environmentKey) ?? env.FLAGSMITH_SERVER_KEY,
              tls,
            }),
            management: textOf(flags.management),
            managementTls: flags.managementTls === true ? (tls ?? SYSTEM_TRUST) : undefined,
            clock: systemClock,
            random: Math.random,
            onCheck: (what) => terminal.progress.say(`looking at ${what}…`),
          });
          const ok = isHealthy(findings);
          terminal.answer(
            flags.json
              ? JSON.stringify({ ok, findings }, undefined, 2)
              : renderFindings(findings, terminal.colours),
          );
          return ok ? EXIT.ok : EXIT.found;
        });
      }),
    );
}

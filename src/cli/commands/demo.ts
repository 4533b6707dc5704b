import { type Command, InvalidArgumentError } from "commander";
import { startServer } from "../../app/start-server.ts";
import { type FlagChange, scheduleToggle, setFlagValue, toggleFlag } from "../../demo/change-flag.ts";
import { readDemoState } from "../../demo/demo-state.ts";
import { DEMO_KEYS } from "../../demo/sample/sample-project.ts";
import { startDemoDatabase } from "../../demo/start-demo-database.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { chooseForProject } from "../../postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../postgres/set-up/migrate.ts";
import { systemClock } from "../../support/clock.ts";
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
import { switchLogLevelOnSignal } from "../terminal/log-level-signal.ts";
import { createProcessLogger } from "../terminal/process-logger.ts";
import { waitForSignal } from "../terminal/wait-for-signal.ts";
import { renderDemoScreen } from "./demo-screen.ts";

const DEMO_HOST = "127.0.0.1";

/** The address of the running demo's database, for commands that read one. */
async function printUrl({ terminal }: CommandContext): Promise<number> {
  terminal.answer((await readDemoState()).databaseUrl);
  return EXIT.ok;
}

async function runDemo(context: CommandContext, flags: Flags): Promise<number> {
  const stopped = waitForSignal();
  const demo = await startDemoDatabase();
  try {
    const config = configOf(
      {
        ...context,
        env: {
          LOG_LEVEL: "warn",
          HOST: DEMO_HOST,
          ...context.env,
          DATABASE_URL: demo.url,
          LISTEN_DATABASE_URL: undefined,
        },
      },
      flags,
    );
    await withDatabase(demo.url, async (database) => {
      await migrateUp(database);
      await chooseForProject(database, demo.sample.projectId, { enabled: true });
    });
    const logger = createProcessLogger(config);
    switchLogLevelOnSignal(logger);
    const server = await startServer({
      config,
      clock: systemClock,
      random: Math.random,
      logger,
      version: context.version,
    });
    await demo.announce(`${config.host}:${server.syncPort}`);
    context.terminal.answer(
      renderDemoScreen({
        host: config.host,
        syncPort: server.syncPort,
        managementPort: server.managementPort,
        environmentKey: DEMO_KEYS.development,
        productionKey: DEMO_KEYS.production,
      }),
    );
    await stopped;
    context.terminal.say("stopping: streams are ended, then the database");
    await server.stop();
  } finally {
    await demo.stop();
  }
  return EXIT.ok;
}

/** Works on the running demo's database, or on the one that DATABASE_URL names. */
async function onDemoDatabase(
  context: CommandContext,
  flags: Flags,
  work: (database: Database, environmentKey: string) => Promise<FlagChange>,
): Promise<number> {
  const url = context.env.DATABASE_URL || (await readDemoState()).databaseUrl;
  const key = typeof flags.key === "string" ? flags.key : DEMO_KEYS.development;
  const change = await withDatabase(url, (database) => work(database, key));
  const state = `${change.enabled ? "on" : "off"}, value ${JSON.stringify(change.value)}`;
  context.terminal.answer(`${state}, live from ${change.liveFrom.toISOString()}`);
  return EXIT.ok;
}

function seconds(text: string): string {
  const value = Number(text);
  if (!(value > 0) || value > 31_536_000)
    throw new InvalidArgumentError("a number of seconds above 0, a year at most");
  return text;
}

/** `demo`, `demo toggle`, `demo set`, `demo schedule`, `demo url`: a whole set-up without any other, and changes to watch. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  const demo = withOptions(
    program.command("demo").description("run a sample Flagsmith database and the server on top of it"),
    ["host", "syncPort", "managementPort", "logLevel"],
  ).action((flags: Flags) => run(context, () => runDemo(context, flags)));

  withExamples(demo, ["flagsmith-flagd demo", "flagsmith-flagd demo toggle maintenance_mode"]);

  const change = (name: string, description: string, example: string): Command =>
    withExamples(
      demo
        .command(name)
        .description(description)
        .argument("<flag>", "the flag's name")
        .option("--key <key>", "key of the environment (default: the demo's Development)"),
      [`flagsmith-flagd demo ${name} ${example}`],
    );

  withExamples(
    demo.command("url").description("print the address of the running demo's database, for DATABASE_URL"),
    ["export DATABASE_URL=$(flagsmith-flagd demo url)"],
  ).action(() => run(context, () => printUrl(context)));

  change("toggle", "switch a flag to the other state, as Flagsmith's UI does", "maintenance_mode").action(
    (flag: string, flags: Flags) =>
      run(context, () =>
        onDemoDatabase(context, flags, (database, environmentKey) =>
          toggleFlag(database, { flag, environmentKey }),
        ),
      ),
  );
  change("set", "give a flag another value", "banner_text 'Sale ends tonight'")
    .argument("<value>", "numbers, true and false become such, anything else is text")
    .action((flag: string, value: string, flags: Flags) =>
      run(context, () =>
        onDemoDatabase(context, flags, (database, environmentKey) =>
          setFlagValue(database, { flag, environmentKey }, value),
        ),
      ),
    );
  change("schedule", "switch a flag to the other state later, by the clock alone", "maintenance_mode --in 3")
    .option("--in <seconds>", "how much later", seconds, "3")
    .action((flag: string, flags: Flags) =>
      run(context, () =>
        onDemoDatabase(context, flags, (database, environmentKey) =>
          scheduleToggle(database, { flag, environmentKey, delayMs: Number(flags.in) * 1_000 }),
        ),
      ),
    );
}

import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseHostPort, type Target, type TlsWish } from "../../conformance/client/target.ts";
import { hooksOf } from "../../conformance/commands.ts";
import { keyHeader, unknownKeyLike } from "../../conformance/keys.ts";
import { LEVELS, type Level, PROFILES, type Profile } from "../../conformance/levels.ts";
import { renderJson } from "../../conformance/report/json.ts";
import { renderJunit } from "../../conformance/report/junit.ts";
import { renderList } from "../../conformance/report/list.ts";
import { countOutcomes } from "../../conformance/report/summary.ts";
import { renderTable, type ShowOutcome } from "../../conformance/report/table.ts";
import { chosen, unknownBeginnings } from "../../conformance/requirements.ts";
import { DEFAULT_TIMING, HOOK_OPTIONS, type Settings } from "../../conformance/settings.ts";
import { runSuite } from "../../conformance/suite.ts";
import { systemClock } from "../../support/clock.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import { type CommandContext, type Flags, run, withExamples } from "../command.ts";
import { clientTlsOf, withClientTls } from "../following/client-tls.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { painter } from "../terminal/paint.ts";

/** Milliseconds that a command of the user's may take. */
const COMMAND_WITHIN_MS = 30_000;

const COLOURS = { passed: "green", failed: "red", skipped: "yellow" } as const;

/** The options of the command, as commander hands them over. */
interface ConformanceFlags {
  readonly target?: string;
  readonly httpTarget?: string;
  readonly key?: string;
  readonly keyHeader: string;
  readonly refusedKey?: string;
  readonly selector?: string;
  readonly unknownSelector: string;
  readonly profile: Profile;
  readonly level: Level;
  readonly only: readonly string[];
  readonly timeout: number;
  readonly pingInterval: number;
  readonly changeCommand?: string;
  readonly noOpCommand?: string;
  readonly drainCommand?: string;
  readonly restartCommand?: string;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
}

const wrong = (message: string): FlagsmithFlagdError => new FlagsmithFlagdError("CONFIG_INVALID", message);

function targetOf(option: string, text: string, tls: TlsWish | undefined): Target {
  const address = parseHostPort(text);
  if (address === undefined) throw wrong(`${option} has to be host:port, not ${JSON.stringify(text)}`);
  return { ...address, tls };
}

function settingsOf(
  flags: ConformanceFlags,
  { env, tls }: { readonly env: CommandContext["env"]; readonly tls: TlsWish | undefined },
): Settings {
  if (flags.target === undefined) throw wrong("--target <host:port> is needed");
  const header = (key: string) => keyHeader(flags.keyHeader, key);
  const key = flags.key ?? env.FLAGSMITH_SERVER_KEY;
  return {
    target: targetOf("--target", flags.target, tls),
    httpTarget: targetOf("--http-target", flags.httpTarget ?? flags.target, tls),
    credentials: key === undefined ? {} : header(key),
    unknownCredentials: key === undefined ? undefined : header(unknownKeyLike(key)),
    refusedCredentials: flags.refusedKey === undefined ? undefined : header(flags.refusedKey),
    selector: flags.selector,
    unknownSelector: flags.unknownSelector,
    profile: flags.profile,
    timing: {
      ...DEFAULT_TIMING,
      answerWithinMs: flags.timeout * 1_000,
      pingIntervalMs: flags.pingInterval * 1_000,
    },
    hooks: hooksOf(
      {
        ...(flags.changeCommand === undefined ? {} : { change: flags.changeCommand }),
        ...(flags.noOpCommand === undefined ? {} : { noOp: flags.noOpCommand }),
        ...(flags.drainCommand === undefined ? {} : { drain: flags.drainCommand }),
        ...(flags.restartCommand === undefined ? {} : { restart: flags.restartCommand }),
      },
      COMMAND_WITHIN_MS,
    ),
    clock: systemClock,
  };
}

async function check(
  { terminal, env, version }: CommandContext,
  flags: ConformanceFlags,
  tls: TlsWish | undefined,
): Promise<number> {
  const unknown = unknownBeginnings(flags.only);
  if (unknown.length > 0) throw wrong(`no requirement has an id that begins with ${unknown.join(", ")}`);
  const requirements = chosen(flags);
  if (flags.list) {
    terminal.answer(renderList(requirements));
    return EXIT.ok;
  }
  const settings = settingsOf(flags, { env, tls });
  const { clock } = settings;
  const [startedAtMs, beganMs] = [clock.now(), clock.monotonicMs()];
  // The clock's timers do not keep the process alive, and at the end there may be no connection that does.
  const alive = setInterval(() => undefined, COMMAND_WITHIN_MS);
  const { progress } = terminal;
  const results = await runSuite(requirements, settings, (done) =>
    progress.bar("checking", done, requirements.length),
  ).finally(() => {
    clearInterval(alive);
    progress.clear();
  });
  const head = {
    target: String(flags.target),
    profile: flags.profile,
    version,
    startedAtMs,
    tookMs: clock.monotonicMs() - beganMs,
  };
  if (flags.junit !== undefined) writeFileSync(flags.junit, renderJunit(head, results));
  const paint = painter(terminal.colours);
  const show: ShowOutcome = (outcome, text) => paint(COLOURS[outcome], text);
  terminal.answer(flags.json ? renderJson(head, results) : renderTable(results, show));
  return countOutcomes(results).failed === 0 ? EXIT.ok : EXIT.found;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 600) throw new InvalidArgumentError("a number of seconds above 0, 600 at most");
  return value;
}

const list = (text: string): readonly string[] =>
  text
    .split(",")
    .map((id) => id.trim().toUpperCase())
    .filter((id) => id !== "");

const NOTE = "What each requirement says, and what the commands have to do: docs/conformance.md.";

const EXAMPLES = [
  "flagsmith-flagd conformance --target localhost:8015 --profile flagd --http-target localhost:8017",
  "flagsmith-flagd conformance --target localhost:8015 --key ser.… --change-command 'npx flagsmith-flagd demo toggle dark_theme'",
  "flagsmith-flagd conformance --target sync.internal:443 --tls --level must --junit report.xml",
  "flagsmith-flagd conformance --list --only SYNC,CHG",
];

/** `conformance`: does a server, any server, keep the rules of flagd.sync.v1? */
export function addConformanceCommand(program: Command, context: CommandContext): void {
  const command = withClientTls(
    program
      .command("conformance")
      .description(
        `check any flagd.sync.v1 server from outside; exit code ${EXIT.ok}: nothing failed, ${EXIT.found}: something did`,
      ),
  )
    .option("--target <host:port>", "the server's sync port")
    .option("--http-target <host:port>", "where /v1/flags is (default: the target)")
    .option("--key <key>", "a key that may read flags [FLAGSMITH_SERVER_KEY]")
    .option(
      "--key-header <name>",
      "the header for keys; authorization gets Bearer before them",
      "authorization",
    )
    .option("--refused-key <key>", "a key that the server knows and that may not read flags")
    .option("--selector <text>", "a selector that the server knows (default: the document's own flag set)")
    .option("--unknown-selector <text>", "one that it does not know", "flagSetId=conformance-no-such-set")
    .addOption(new Option("--profile <name>", "where servers may differ").choices(PROFILES).default("any"))
    .addOption(new Option("--level <level>", "this level and above").choices(LEVELS).default("may"))
    .option("--only <ids>", "ids, or beginnings of ids (SYNC-001,CHG)", list, [])
    .option("--timeout <seconds>", "patience for what has to come", seconds, 5)
    .option("--ping-interval <seconds>", "between keepalive pings", seconds, 10);
  for (const { option, does } of Object.values(HOOK_OPTIONS)) {
    const taken = new Option(`${option} <command>`, does);
    // Commander takes --no-op-command for the opposite of an --op-command.
    taken.negate = false;
    command.addOption(taken);
  }
  command
    .option("--list", "print the requirements with their sources, and check nothing")
    .option("--json", "answer as JSON")
    .option("--junit <file>", "also write JUnit XML");
  withExamples(command, EXAMPLES, NOTE).action((flags: ConformanceFlags) =>
    run(context, () => check(context, flags, clientTlsOf(command.opts<Flags>()))),
  );
}

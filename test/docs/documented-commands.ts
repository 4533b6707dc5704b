import type { CodeBlock } from "./pages.ts";

/** A command that a page tells its reader to type. */
export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

/** How lines of commands begin in blocks that hold other things as well. */
const BEGINS =
  /^(?:(?:[A-Z][A-Z_]*=\S+ +)*(?:npx|npm|node|flagsmith-flagd|curl|grpcurl|flagd|docker|helm|kubectl|psql|nginx|haproxy|until|for|bash) |export )/;

/** Whether a line goes on in the next one: an open quote, or a backslash at its end. */
function isOpen(line: string): boolean {
  const unquoted = line.replace(/\\./g, "").replace(/'[^']*'/g, "");
  return /\\$/.test(line) || /'/.test(unquoted) || (unquoted.match(/"/g) ?? []).length % 2 === 1;
}

/** The commands of a block: of `sh` and `bash` every line, of other blocks those that begin as commands do. */
export function commandsOf({ page, line, language, lines }: CodeBlock): readonly DocumentedCommand[] {
  const everyLine = ["sh", "bash", "shell"].includes(language);
  if (!everyLine && !["", "console", "text"].includes(language)) return [];
  // A whole program, which is a file of the repository.
  if (lines[0]?.startsWith("#!")) return [];
  const commands: DocumentedCommand[] = [];
  let open: { from: number; text: string } | undefined;
  for (const [index, written] of lines.entries()) {
    const prompted = written.startsWith("$ ");
    const text = prompted ? written.slice(2) : written;
    if (open !== undefined) open.text += `\n${written}`;
    else if (text.trim() !== "" && !text.startsWith("#") && (everyLine || prompted || BEGINS.test(text))) {
      open = { from: line + index, text };
    }
    if (open !== undefined && !isOpen(open.text)) {
      commands.push({ page, line: open.from, text: withoutComment(open.text) });
      open = undefined;
    }
  }
  return commands;
}

/** A comment at the end of a line, as tables of commands have. */
function withoutComment(text: string): string {
  return text.replace(/ +# [^'"\n]*$/, "").trim();
}

/** Commands that no test types, each with the reason. The first one that fits counts. */
export const NOT_RUN: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^npm (?:ci|install|test|pack)\b|^npm run (?:check|build)/, reason: "CI's own steps (.ci/run)" },
  {
    pattern: /^npm run (?:bench|chaos|soak|parity|clients|test)/,
    reason: "takes minutes; CI has a shorter form",
  },
  {
    pattern: /npm start$|^(?:npx )?flagsmith-flagd demo$/,
    reason: "these tests run the demo that it starts",
  },
  { pattern: /flagsmith-flagd (?:start|conformance)\b/, reason: "test/cli, test/conformance" },
  { pattern: /^flagd start/, reason: "flagd is in no package registry; its sources are parsed" },
  {
    pattern: /^(?:FLAGSMITH_SERVER_KEY=\S+ )?docker |^helm |^kubectl /,
    reason: "no engine and no cluster here: test/deploy",
  },
  { pattern: /^curl .*localhost:9016/, reason: "the flagd of docker-compose.yml" },
  { pattern: /--role flagd_server/, reason: "needs a role of all databases: test/cli/migrate-role.test.ts" },
  { pattern: /^kill /, reason: "test/server/log-level.test.ts" },
  { pattern: /^node scripts\//, reason: "for who makes a release: test/deploy" },
];

/** Why a command is not run, or `undefined`: it is. */
export function reasonNotToRun(command: string): string | undefined {
  return NOT_RUN.find(({ pattern }) => pattern.test(command))?.reason;
}

/** Where the commands are run. */
export interface CommandPlace {
  /** `host:port` of the running demo's sync port. */
  readonly sync: string;
  /** `host:port` of its management port. */
  readonly management: string;
  readonly databaseUrl: string;
  /** A database that may be spoiled. */
  readonly scratchUrl: string;
  readonly environmentKey: string;
}

/** Commands that change what other examples need. */
const SPOILS = /migrate down|bootstrap|project (?:disable|enable)|CREATE ROLE|--role/;

/** The documented commands of one block as a script: for this place, and with an end where they have none. */
export function scriptOf(commands: readonly string[], place: CommandPlace): string {
  const url = commands.some((command) => SPOILS.test(command)) ? place.scratchUrl : place.databaseUrl;
  const lines = commands.map((command) =>
    ended(command)
      .replace(/(?:localhost|127\.0\.0\.1|flagd-sync\.internal):(?:8015|9015)/g, place.sync)
      .replace(/(?:localhost|127\.0\.0\.1):(?:8014|9014)/g, place.management)
      .replace(/postgres(?:ql)?:\/\/[^\s'"]+/g, url)
      .replace(/ser\.…/g, place.environmentKey),
  );
  return [`export DATABASE_URL='${url}'`, ...lines].join("\n");
}

/** Requests of documents without a key show what a refusal looks like. */
const REFUSED = /^curl (?:-i )?http:\/\/localhost:8015\S+$/;

/** Streams are followed for a moment only, few people are asked about, and a refusal is a failure. */
function ended(command: string): string {
  if (/^grpcurl .*SyncFlags$/.test(command)) {
    return `${command.replace("grpcurl ", "grpcurl -max-time 2 ")} || [ $? = 68 ]`;
  }
  if (/^curl -N /.test(command)) return `${command} --max-time 1 || [ $? = 28 ]`;
  if (REFUSED.test(command)) return `${command} -f || [ $? = 22 ]`;
  if (command.startsWith("curl ")) return command.replace("curl ", "curl -f ");
  if (/flagsmith-flagd watch/.test(command) && !/--count/.test(command)) return `${command} --count 1`;
  if (/flagsmith-flagd verify/.test(command)) return `${command} --contexts 50 --keys 500`;
  if (/--fail-on-warnings/.test(command)) return `${command} || [ $? = 3 ]`;
  return command;
}

/** Programs that a script needs besides a shell. */
export function programsOf(script: string): readonly string[] {
  return ["curl", "grpcurl", "jq", "psql"].filter((program) =>
    new RegExp(`(?:^|[|(] ?)${program} `, "m").test(script),
  );
}

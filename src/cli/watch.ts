import { type Command, InvalidArgumentError } from "commander";
import { readDemoState } from "../demo/demo-state.ts";
import { diffDocuments, type FlagChange, readDocument, type SeenDocument } from "../model/document-diff.ts";
import { systemClock } from "../support/clock.ts";
import { type CommandContext, type Flags, run } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { followStream } from "./follow-stream.ts";
import type { Terminal } from "./terminal.ts";
import { waitForSignal } from "./wait-for-signal.ts";

const SIGNS = { added: ["+", 32], removed: ["-", 31], changed: ["~", 33] } as const;

function describe(change: FlagChange, colours: boolean): string {
  const [sign, colour] = SIGNS[change.change];
  const text = `  ${sign} ${change.flag}: ${change.before} → ${change.after}`;
  const members = change.members.length > 0 ? ` (${change.members.join(", ")})` : "";
  return (colours ? `\u001b[${colour}m${text}\u001b[0m` : text) + members;
}

/** Writes each push as it comes: the first as a count, the others by what they changed. */
function createReporter(terminal: Terminal, json: boolean): (text: string) => void {
  let before: SeenDocument | undefined;
  return (text) => {
    const after = readDocument(text);
    const changes = before === undefined ? [] : diffDocuments(before, after);
    const receivedAt = new Date(systemClock.now()).toISOString();
    const bytes = Buffer.byteLength(text);
    if (json) {
      terminal.answer(
        JSON.stringify({
          receivedAt,
          flagSetId: after.flagSetId,
          version: after.version,
          flags: after.flags.size,
          bytes,
          first: before === undefined,
          changes,
        }),
      );
    } else {
      const head = `${receivedAt.slice(11, 23)}  ${after.flagSetId}  version ${after.version}  ${bytes} bytes`;
      terminal.answer(before === undefined ? `${head}  ${after.flags.size} flags` : head);
      for (const change of changes) terminal.answer(describe(change, terminal.colours));
    }
    before = after;
  };
}

function positive(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number above 0");
  return text;
}

/** `watch`: follows a server as flagd would and shows what each push changed. */
export function addWatchCommand(program: Command, context: CommandContext): void {
  const { terminal, env } = context;
  program
    .command("watch")
    .description("follow a server as flagd does and show what each push changes")
    .option(
      "--target <host:port>",
      "the server's sync port (default: the running demo's, else 127.0.0.1:8015)",
    )
    .option("--key <key>", "a server-side key [FLAGSMITH_SERVER_KEY] (default: the running demo's)")
    .option("--selector <text>", "the selector to send", "")
    .option("--count <n>", "stop after so many documents", positive)
    .option("--json", "one JSON object per push")
    .addHelpText("after", "\nExample:\n  flagsmith-flagd watch --target localhost:8015 --key ser.…\n")
    .action((flags: Flags) =>
      run(context, async () => {
        const demo = await readDemoState().catch(() => undefined);
        const report = createReporter(terminal, flags.json === true);
        let left = typeof flags.count === "string" ? Number(flags.count) : Number.POSITIVE_INFINITY;
        let stop = (): void => undefined;
        const ended = new Promise<void>((resolve, reject) => {
          stop = followStream({
            target: String(flags.target ?? demo?.syncTarget ?? "127.0.0.1:8015"),
            key:
              (typeof flags.key === "string" ? flags.key : env.FLAGSMITH_SERVER_KEY) || demo?.environmentKey,
            selector: String(flags.selector),
            clock: systemClock,
            onDocument(text) {
              report(text);
              left -= 1;
              if (left <= 0) resolve();
            },
            onInterruption: (reason) =>
              terminal.say(`the stream was interrupted (${reason}); opening it again`),
            onRefusal: reject,
          });
        });
        try {
          await Promise.race([ended, waitForSignal()]);
        } finally {
          stop();
        }
        return EXIT.ok;
      }),
    );
}

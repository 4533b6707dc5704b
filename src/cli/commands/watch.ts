import { type Command, InvalidArgumentError } from "commander";
import { readDemoState } from "../../demo/demo-state.ts";
import { LONGEST_TIMER_MS, systemClock } from "../../support/clock.ts";
import { type CommandContext, type Flags, run } from "../command.ts";
import { clientTlsOf, withClientTls } from "../following/client-tls.ts";
import { followStream } from "../following/follow-stream.ts";
import { createWatchReporter } from "../following/watch-reporter.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { waitForSignal } from "../terminal/wait-for-signal.ts";

function positive(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number above 0");
  return text;
}

/** `watch`: follows a server as flagd would and shows what each push changed. */
export function addWatchCommand(program: Command, context: CommandContext): void {
  const { terminal, env } = context;
  withClientTls(
    program.command("watch").description("follow a server as flagd does and show what each push changes"),
  )
    .option(
      "--target <host:port>",
      "the server's sync port (default: the running demo's, else 127.0.0.1:8015)",
    )
    .option("--key <key>", "a server-side key [FLAGSMITH_SERVER_KEY] (default: the running demo's)")
    .option("--selector <text>", "the selector to send", "")
    .option("--count <n>", "stop after so many documents", positive)
    .option("--json", "one JSON object per push")
    .addHelpText(
      "after",
      [
        "\nThe first document is told as a count, every other by what it changed, flag by flag.",
        "\nExamples:",
        "  flagsmith-flagd watch",
        "  flagsmith-flagd watch --target localhost:8015 --key ser.…",
        "  flagsmith-flagd watch --json | jq -c 'select(.changes | any(.flag == \"kill_switch\"))'\n",
      ].join("\n"),
    )
    .action((flags: Flags) =>
      run(context, async () => {
        const tls = clientTlsOf(flags);
        const demo = await readDemoState().catch(() => undefined);
        const target = String(flags.target ?? demo?.syncTarget ?? "127.0.0.1:8015");
        const reporter = createWatchReporter({
          terminal,
          json: flags.json === true,
          target,
          clock: systemClock,
        });
        let left = typeof flags.count === "string" ? Number(flags.count) : Number.POSITIVE_INFINITY;
        // Between a lost stream and the next nothing else keeps the process alive.
        const alive = setInterval(() => undefined, LONGEST_TIMER_MS);
        let stop = (): void => undefined;
        const ended = new Promise<void>((resolve, reject) => {
          stop = followStream({
            target,
            key:
              (typeof flags.key === "string" ? flags.key : env.FLAGSMITH_SERVER_KEY) ||
              // The demo speaks no TLS, and a key that is sent beats a client certificate.
              (tls === undefined ? demo?.environmentKey : undefined),
            tls,
            selector: String(flags.selector),
            clock: systemClock,
            onDocument(text) {
              reporter.pushed(text);
              left -= 1;
              if (left <= 0) resolve();
            },
            onInterruption: (reason) => reporter.interrupted(reason),
            onRefusal: reject,
          });
        });
        try {
          await Promise.race([ended, waitForSignal()]);
        } finally {
          clearInterval(alive);
          stop();
          reporter.stop();
        }
        return EXIT.ok;
      }),
    );
}

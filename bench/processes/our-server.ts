/** The real server, as `start` makes it, in a process that can be asked. */
import { startServer } from "../../src/app/start-server.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { systemClock } from "../../src/support/clock.ts";
import { answerQuestions } from "./answer.ts";

const silent = (): void => undefined;

answerQuestions({
  async start(env: Readonly<Record<string, string>>) {
    const server = await startServer({
      config: loadConfig({ env: { HOST: "127.0.0.1", SYNC_PORT: "0", MANAGEMENT_PORT: "0", ...env } }),
      clock: systemClock,
      random: Math.random,
      logger: {
        debug: silent,
        info: silent,
        warn: (fields, text) => console.error(text, fields),
        error: console.error,
      },
      version: "bench",
    });
    return { port: server.syncPort, managementPort: server.managementPort };
  },
});

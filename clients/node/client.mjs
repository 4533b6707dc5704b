// A Node program that follows an environment, behind the line protocol of clients/protocol.ts.
import { createInterface } from "node:readline";
// docs: begin
import { FlagdProvider } from "@openfeature/flagd-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/server-sdk";

const provider = new FlagdProvider({
  resolverType: "in-process",
  host: process.env.SERVER_HOST,
  port: Number(process.env.SERVER_PORT),
  selector: process.env.ENVIRONMENT_KEY, // ser.…: this client can send no header of its own
  deadlineMs: 10_000,
  streamDeadlineMs: 0,
  keepAliveTime: 30_000,
});
const client = OpenFeature.getClient();

/** `await ask("boolean", "new_checkout", false, { targetingKey: "ada", beta: true })` */
async function ask(type, flag, fallback, context) {
  if (type === "boolean") return await client.getBooleanDetails(flag, fallback, context);
  if (type === "string") return await client.getStringDetails(flag, fallback, context);
  return await client.getNumberDetails(flag, fallback, context);
}
// docs: end

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
for (const [name, event] of Object.entries({
  READY: ProviderEvents.Ready,
  CONFIGURATION_CHANGED: ProviderEvents.ConfigurationChanged,
  STALE: ProviderEvents.Stale,
  ERROR: ProviderEvents.Error,
})) {
  client.addHandler(event, (details) => say({ event: name, message: details?.message ?? "" }));
}

async function answers({ questions, contexts }) {
  return await Promise.all(
    questions.map(({ flag, type, fallback }) =>
      Promise.all(
        contexts.map(async (context) => {
          const { value, variant, reason, errorCode } = await ask(type, flag, fallback, context);
          return { value, variant, reason, errorCode };
        }),
      ),
    ),
  );
}

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, ...asked } = JSON.parse(line);
    say({ id, answers: await answers(asked) });
  })
  .on("close", () => process.exit());
await OpenFeature.setProviderAndWait(provider).catch(() => undefined);
say({ event: "STARTED", message: client.providerStatus });

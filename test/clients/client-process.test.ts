import { afterEach, expect, it } from "vitest";
import { ClientProcess } from "../../clients/client-process.ts";
import { ask, flagsOf } from "../../clients/table.ts";

/** A program that answers `banner` with a text, `colour` with true to those called ada, and all else with the default. */
const PROGRAM = `
const say = (line) => console.log(JSON.stringify(line));
say({ event: "READY", message: process.env.SERVER_PORT + " " + process.env.ENVIRONMENT_KEY });
console.log("a library that chats");
say({ event: "STARTED", message: "" });
const value = ({ flag, type, fallback }, { targetingKey }) => {
  if (flag === "banner" && type === "string") return "Sale";
  if (flag === "colour" && type === "boolean" && targetingKey === "ada") return true;
  return fallback;
};
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, questions, contexts } = JSON.parse(line);
  if (questions.length === 0) process.exit(1);
  say({ id, answers: questions.map((one) => contexts.map((context) => ({ value: value(one, context) }))) });
});`;
const DOCUMENT = {
  flags: {
    banner: { variants: { control: "Sale", other: 5 } },
    colour: { variants: { on: true, off: false, blue: "blue" } },
    size: { variants: { control: 1.5 } },
  },
};
const LIMIT_MS = 20_000;

const running: ClientProcess[] = [];
afterEach(async () => {
  for (const client of running.splice(0)) await client.stop();
});

async function start(): Promise<ClientProcess> {
  const program = { command: [process.execPath, "-e", PROGRAM], version: "1" };
  const client = new ClientProcess(program, { port: 8015, key: "ser.key" }, "/dev/null");
  running.push(client);
  await client.event(({ event }) => event === "STARTED", LIMIT_MS);
  return client;
}

it("tells where the server is, and hears events between other lines", async () => {
  const client = await start();
  expect(client.events.map(({ event, message }) => [event, message])).toEqual([
    ["READY", "8015 ser.key"],
    ["STARTED", ""],
  ]);
});

it("tells a value from the caller's default, whatever the types of a flag", async () => {
  const client = await start();
  const table = { flags: flagsOf(DOCUMENT), contexts: [{ targetingKey: "ada" }, { targetingKey: "grace" }] };
  expect(await ask(client, table)).toEqual([
    ['"Sale"', '"Sale"'],
    ["true", "default"],
    ["default", "default"],
  ]);
});

it("says that a program has ended, to whoever waits and to whoever asks later", async () => {
  const client = await start();
  expect(await client.evaluate({ questions: [], contexts: [] })).toBeUndefined();
  expect(client.ended).toBe(true);
  expect(await ask(client, { flags: flagsOf(DOCUMENT), contexts: [{}] })).toBeUndefined();
  expect(await client.event(({ event }) => event === "STALE", LIMIT_MS)).toBeUndefined();
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { EXIT } from "../../src/cli/terminal/exit-codes.ts";
import { runCli } from "./run-cli.ts";

it.each([
  [EXIT.ok, ["--help"]],
  [EXIT.ok, ["help", "migrate"]],
  [EXIT.usage, []],
  [EXIT.usage, ["no-such-command"]],
  [EXIT.usage, ["migrate"]],
  [EXIT.usage, ["project"]],
  [EXIT.usage, ["watch", "--count", "0"]],
  [EXIT.usage, ["health", "--no-such-option"]],
  [EXIT.usage, ["start"]],
  [EXIT.failed, ["export", "--environment-key", "ser.x", "--database-url", "postgres://127.0.0.1:1/x"]],
])("%i: flagsmith-flagd %j", async (code, args) => {
  const run = await runCli(args);
  expect([run.code, run.out === "" || code === EXIT.ok]).toEqual([code, true]);
  expect(run.err === "").toBe(code === EXIT.ok);
});

it("3: health of a server that is not ready, in words and as JSON; 1: of something else on that port", async () => {
  const answers: [number, string][] = [];
  const server = createServer((_, response) => {
    const [status = 404, body = ""] = answers.shift() ?? [];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const env = { MANAGEMENT_PORT: String((server.address() as AddressInfo).port) };
  const body = JSON.stringify({ ready: false, waitingFor: ["documents"] });
  const stale = JSON.stringify({ ready: true, waitingFor: [], stale: true, staleSeconds: 3, reason: "away" });
  answers.push([412, body], [412, body], [200, stale], [404, "<html>"]);
  const runs = [
    await runCli(["health"], env),
    await runCli(["health", "--json"], env),
    await runCli(["health"], env),
    await runCli(["health"], env),
  ];
  server.close();
  expect(runs.map(({ code, out }) => [code, out])).toEqual([
    [EXIT.found, "not ready: waiting for documents\n"],
    [EXIT.found, `${body}\n`],
    [EXIT.ok, "ready, but may be out of date: away\n"],
    [EXIT.failed, ""],
  ]);
  expect(runs[3]?.err).toContain("it answers 404, as no management port does");
});

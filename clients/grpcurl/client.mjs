// Follows an environment with follow.sh, behind the line protocol of clients/protocol.ts.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { FlagdCore } from "@openfeature/flagd-core";
import { answers } from "../evaluate.mjs";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const flags = new FlagdCore();
const shell = spawn("sh", [`${import.meta.dirname}/follow.sh`], {
  stdio: ["ignore", "pipe", "pipe"],
  detached: true,
});
process.on("exit", () => process.kill(-shell.pid));
process.on("SIGTERM", () => process.exit());

let started = false;
let message = [];
// Messages are printed over several lines; only their last is a bare brace.
createInterface({ input: shell.stdout }).on("line", (line) => {
  message.push(line);
  if (line !== "}") return;
  flags.setConfigurations(JSON.parse(message.join("\n")).flagConfiguration);
  message = [];
  say({ event: started ? "CONFIGURATION_CHANGED" : "READY", message: "" });
  if (!started) say({ event: "STARTED", message: "" });
  started = true;
});
createInterface({ input: shell.stderr }).on("line", (line) => {
  message = [];
  if (/Code:|Failed|Error/.test(line)) say({ event: "STALE", message: line.trim() });
  if (!started) say({ event: "STARTED", message: "" });
  started = true;
});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, ...asked } = JSON.parse(line);
    say({ id, answers: answers(flags, asked) });
  })
  .on("close", () => process.exit());

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Spread } from "../measure.ts";
import { startChild } from "../processes/child.ts";
import { startTrigger } from "./trigger.ts";

/** How a fan-out is measured. */
export interface FanOut {
  readonly port: number;
  readonly protocol: "grpc" | "tcp";
  readonly streams: number;
  readonly rounds: number;
  /** The environment's key, sent as a header. */
  readonly key?: string;
  /** Makes the change; every stream then gets one message. */
  readonly change: () => Promise<void>;
  /** `counting`: our Node client without flow control, which hardly works; else a real one where Go is. */
  readonly client?: "counting";
  /** Called when every stream has its first document, before the first change. */
  readonly connected?: () => Promise<void>;
}

/** What the clients saw. */
export interface FanOutResult {
  readonly connectMs: number;
  readonly rounds: readonly Spread[];
  readonly client: string;
}

const SOURCES = {
  grpc: join(process.env.SHARED_FOLDER ?? "../shared", "tools/fanclient"),
  tcp: "bench/clients/tcp",
} as const;

/** Builds a Go client once; `undefined` where Go or its source is missing. */
function goClient(protocol: FanOut["protocol"]): string | undefined {
  const source = SOURCES[protocol];
  const folder = join(tmpdir(), `flagsmith-flagd-bench-${process.getuid?.() ?? 0}`, protocol);
  if (!existsSync(source)) return undefined;
  try {
    mkdirSync(folder, { recursive: true });
    cpSync(source, folder, { recursive: true });
    execFileSync("go", ["build", "-o", "client", "."], { cwd: folder, stdio: "ignore" });
    return join(folder, "client");
  } catch {
    return undefined;
  }
}

/** Both or neither: a limit measured by another kind of client is none. */
function goClients(): Readonly<Record<FanOut["protocol"], string>> | undefined {
  const grpc = goClient("grpc");
  const tcp = goClient("tcp");
  return grpc === undefined || tcp === undefined ? undefined : { grpc, tcp };
}

let built: ReturnType<typeof goClients> | "not yet" = "not yet";

function milliseconds(text: string): number {
  const [, minutes, value = "0", unit] = /(?:(\d+)m)?([\d.]+)(ms|s)$/.exec(text) ?? [];
  return Number(minutes ?? 0) * 60_000 + Number(value) * (unit === "s" ? 1_000 : 1);
}

async function runGo(program: string, options: FanOut, triggerUrl: string): Promise<FanOutResult> {
  const child = spawn(
    program,
    [
      ...["-addr", `127.0.0.1:${options.port}`, "-n", String(options.streams)],
      ...["-rounds", String(options.rounds), "-trigger", triggerUrl],
      ...(options.key === undefined || options.protocol === "tcp" ? [] : ["-key", options.key]),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let connectMs = Number.NaN;
  const rounds: Spread[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const connected = /^connected n=\d+ in (\S+)/.exec(line);
    const round = /first=([\d.]+)ms p50=([\d.]+)ms p99=([\d.]+)ms last=([\d.]+)ms/.exec(line);
    if (connected) connectMs = milliseconds(connected[1] ?? "");
    else if (round) {
      const [first = 0, p50 = 0, p99 = 0, last = 0] = round.slice(1).map(Number);
      rounds.push({ first, p50, p99, last });
    } else throw new Error(`the client says: ${line}`);
  }
  return { connectMs, rounds, client: "Go" };
}

async function runNode(options: FanOut): Promise<FanOutResult> {
  const client = startChild("raw-client");
  try {
    const { port, protocol, streams, key } = options;
    const connectMs = await client.ask<number>("open", { port, protocol, count: streams, key });
    await options.connected?.();
    const rounds: Spread[] = [];
    for (let round = 0; round < options.rounds; round++) {
      await client.ask("expect");
      const began = performance.timeOrigin + performance.now();
      await options.change();
      rounds.push(await client.ask<Spread>("arrived", began));
    }
    return { connectMs, rounds, client: "Node" };
  } finally {
    await client.stop();
  }
}

/** Opens the streams, makes the changes, and tells when each stream had the whole message. */
export async function measureFanOut(options: FanOut): Promise<FanOutResult> {
  if (options.client === "counting") return await runNode(options);
  if (built === "not yet") built = goClients();
  if (built === undefined) return await runNode(options);
  let first = true;
  const trigger = await startTrigger(async () => {
    if (first) await options.connected?.();
    first = false;
    await options.change();
  });
  try {
    return await runGo(built[options.protocol], options, trigger.url);
  } finally {
    trigger.close();
  }
}

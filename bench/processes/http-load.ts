/** Asks for one path over HTTP/1.1 on some connections, again and again, as autocannon does, and counts the answers. */
import { connect } from "node:net";
import { quantile } from "../measure.ts";
import { answerQuestions } from "./answer.ts";

interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** Bytes of the whole answer that `held` begins with; `undefined` while its head is not whole. */
function answerLength(held: Buffer): number | undefined {
  const end = held.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const head = held.subarray(0, end).toString("latin1");
  return end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}

async function load(options: LoadOptions): Promise<object> {
  const lines = Object.entries(options.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${options.path} HTTP/1.1\r\nhost: bench\r\n${lines.join("")}\r\n`;
  const end = performance.now() + options.seconds * 1_000;
  const took: number[] = [];
  const statuses = new Set<string>();
  let bytes = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
      let began = 0;
      let held: Buffer | undefined;
      let missing = 0;
      const ask = (): void => {
        began = performance.now();
        held = Buffer.alloc(0);
        socket.write(request);
      };
      socket.on("error", reject);
      socket.on("connect", ask);
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (held !== undefined) {
          held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
          const length = answerLength(held);
          if (length === undefined) return;
          statuses.add(held.subarray(9, 12).toString("latin1"));
          missing = length - held.length;
          held = undefined;
        } else missing -= chunk.length;
        if (missing > 0) return;
        took.push(performance.now() - began);
        if (performance.now() < end) ask();
        else {
          socket.destroy();
          resolve();
        }
      });
    });
  await Promise.all(Array.from({ length: options.connections }, one));
  return {
    perSecond: took.length / options.seconds,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    megabytesPerSecond: bytes / 1e6 / options.seconds,
    statuses: [...statuses].join(" "),
  };
}

answerQuestions({ load });

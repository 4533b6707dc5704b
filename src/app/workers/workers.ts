/**
 * Several processes on the same ports (node:cluster): each is a full replica that reads, translates and serves, as if it
 * ran on a machine of its own. The first process serves nothing: it hands connections out in turn, starts workers that
 * died again, passes the end on, and answers for all of them on the management port.
 */
import cluster, { type Worker } from "node:cluster";
import type { StatusReport } from "../../model/status.ts";
import type { Logger } from "../../observe/logger.ts";
import { createFrontMetrics } from "../../observe/metrics.ts";
import { backoffDelayMs } from "../../support/backoff.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { every } from "../../support/every.ts";
import { mergeMetrics } from "../../transports/management/merge-metrics.ts";
import {
  createManagementRoutes,
  type Readiness,
  type ReadinessBody,
  readinessIn,
} from "../../transports/management/routes.ts";
import { mergeStatus } from "../../transports/management/status/merge-status.ts";
import { createStatusRoutes } from "../../transports/management/status/routes.ts";
import { createPort } from "../../transports/port/port.ts";
import { MANAGEMENT_CONNECTIONS } from "../ports/management-connections.ts";
import { managementPortTls } from "../ports/port-tls.ts";
import { DRAINING } from "../serving-state.ts";
import { statusAttempts } from "../status/status-attempts.ts";
import { askWorker, type ManagementAddress } from "./ask-worker.ts";

/** What a worker tells when it serves. */
interface ServingMessage {
  readonly kind: "serving";
  /** Where the worker answers for itself. */
  readonly management: ManagementAddress;
}

const STOP_MESSAGE = "stop";

const RESTART = { baseMs: 200, capMs: 30_000 } as const;

/** A worker that served so long did not die of what its predecessor died of: the delays begin anew. */
const HEALTHY_MS = 60_000;

/** Milliseconds beyond its own drain and grace that a worker may take to end before it is killed. */
const STOP_MARGIN_MS = 10_000;

/** With as many entries as are told in one answer. */
const STATUS_PATH = "/api/status?limit=10000";

/** How often the workers are asked for their status while somebody looks. */
const STATUS_EVERY_MS = 1_000;

/** What the first process needs. */
export interface WorkersParts {
  readonly count: number;
  readonly managementHost: string;
  readonly managementPort: number;
  readonly managementTlsCertFile?: string | undefined;
  readonly managementTlsKeyFile?: string | undefined;
  /** What the workers ask for who want to know their status, as this process does. */
  readonly statusToken?: string | undefined;
  readonly failureBurst: number;
  readonly failuresPerMinute: number;
  readonly drainMs: number;
  readonly shutdownGraceMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Resolves when all is to end. */
  readonly stopped: Promise<unknown>;
}

/** What the label `worker` says of the process that starts them. */
const FIRST = "first";

interface Member {
  readonly name: string;
  worker: Worker | undefined;
  management: ManagementAddress | undefined;
  servedSinceMs: number;
  failures: number;
  restart: Timer | undefined;
}

/** See the top of this file. */
class Crew {
  readonly #parts: WorkersParts;
  readonly #members: readonly Member[];
  readonly #ended: Promise<number>;
  #finish: (code: number) => void = () => undefined;
  #stopping = false;
  #everServed = false;
  #wasReady = false;
  #worstCode = 0;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    this.#ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#members = Array.from({ length: parts.count }, (_, index) => ({
      name: String(index + 1),
      worker: undefined,
      management: undefined,
      servedSinceMs: 0,
      failures: 0,
      restart: undefined,
    }));
  }

  /** Resolves with the exit code when the last worker has ended. */
  run(): Promise<number> {
    for (const member of this.#members) this.#start(member);
    return this.#ended;
  }

  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const { worker, restart } of this.#members) {
      restart?.cancel();
      worker?.send(STOP_MESSAGE, () => undefined);
    }
    const { clock, drainMs, shutdownGraceMs } = this.#parts;
    clock.after(drainMs + shutdownGraceMs + STOP_MARGIN_MS, () => this.#kill());
    this.#finishIfAlone();
  }

  /** Ready as soon as every worker was once; after that as long as any serves, since only those get connections. */
  async readiness(): Promise<Readiness> {
    if (this.#stopping) return DRAINING;
    const answers = await Promise.all(this.#members.map((member) => this.#readinessOf(member)));
    this.#wasReady ||= answers.every(({ ready }) => ready);
    const ready = this.#wasReady && answers.some((answer) => answer.ready);
    const waitingFor = ready ? [] : [...new Set(answers.flatMap((answer) => answer.waitingFor))];
    const [stale] = answers
      .flatMap((answer) => answer.stale ?? [])
      .sort((left, right) => right.seconds - left.seconds);
    const held = answers.find((answer) => answer.held !== undefined && answer.held.length > 0)?.held ?? [];
    return { ready, waitingFor, stale, held };
  }

  /** The metrics of all workers, with the label `worker`, after those of this process; one that does not answer is left out. */
  async metrics(own: string): Promise<string> {
    const parts = await Promise.all(
      this.#members.map(async (member) => {
        const answer = await askWorker(member.management, "/metrics");
        return answer === undefined ? [] : [{ worker: member.name, text: await answer.text() }];
      }),
    );
    return mergeMetrics([{ worker: FIRST, text: own }, ...parts.flat()]);
  }

  /** What all workers tell of themselves; one that does not answer is left out. */
  async status(): Promise<StatusReport> {
    const { statusToken, clock } = this.#parts;
    const { ready, waitingFor } = await this.readiness();
    const parts = await Promise.all(
      this.#members.map(async (member) => {
        const answer = await askWorker(member.management, STATUS_PATH, statusToken);
        return answer?.ok ? [{ worker: member.name, report: (await answer.json()) as StatusReport }] : [];
      }),
    );
    return mergeStatus(parts.flat(), { ready, waitingFor, nowMs: clock.now() });
  }

  async #readinessOf(member: Member): Promise<Readiness> {
    const answer = await askWorker(member.management, "/readyz");
    if (answer === undefined) return { ready: false, waitingFor: [`worker ${member.name}`] };
    return readinessIn((await answer.json()) as ReadinessBody);
  }

  #start(member: Member): void {
    const { clock, logger } = this.#parts;
    const worker = cluster.fork();
    member.worker = worker;
    member.restart = undefined;
    worker.on("message", (message: ServingMessage) => {
      if (message.kind !== "serving") return;
      member.management = message.management;
      member.servedSinceMs = clock.monotonicMs();
      this.#everServed = true;
      logger.info({ worker: member.name, pid: worker.process.pid }, "a worker serves");
    });
    worker.on("error", (error) => logger.debug({ worker: member.name, error: error.message }, "worker"));
    worker.once("exit", (code, signal) => this.#onExit(member, code, signal));
  }

  #onExit(member: Member, code: number | null, signal: string | null): void {
    const { clock, logger, random } = this.#parts;
    const served = member.management !== undefined;
    member.worker = undefined;
    member.management = undefined;
    if (this.#stopping) {
      this.#worstCode = Math.max(this.#worstCode, code ?? 1);
      this.#finishIfAlone();
      return;
    }
    if (!this.#everServed) {
      // What keeps the first worker from starting (an option, the database, a port) would keep any from it.
      this.#stopping = true;
      this.#worstCode = code === null || code === 0 ? 1 : code;
      this.#kill();
      this.#finishIfAlone();
      return;
    }
    if (served && clock.monotonicMs() - member.servedSinceMs > HEALTHY_MS) member.failures = 0;
    const delayMs = backoffDelayMs(member.failures, { ...RESTART, random });
    member.failures += 1;
    logger.error({ worker: member.name, code, signal, delayMs }, "a worker died; starting another");
    member.restart = clock.after(delayMs, () => this.#start(member));
  }

  #kill(): void {
    for (const { worker } of this.#members) worker?.process.kill("SIGKILL");
  }

  #finishIfAlone(): void {
    if (this.#members.every(({ worker }) => worker === undefined)) this.#finish(this.#worstCode);
  }
}

/** Runs workers until all is to end; gives the exit code. To be called in the first process only. */
export async function runWorkers(parts: WorkersParts): Promise<number> {
  const { clock, logger, managementHost: host, managementPort } = parts;
  const crew = new Crew(parts);
  const metrics = createFrontMetrics();
  const management = createPort({
    clock,
    log: logger,
    tls: managementPortTls(parts, { ...parts, metrics: metrics.tls("management") }),
    maxConnections: MANAGEMENT_CONNECTIONS,
    request: createManagementRoutes({
      readiness: () => crew.readiness(),
      metrics: {
        contentType: metrics.contentType,
        render: async () => crew.metrics(await metrics.render()),
      },
      status: createStatusRoutes({
        source: {
          report: () => crew.status(),
          onChange: (listener) => every(clock, STATUS_EVERY_MS, listener),
        },
        host,
        token: parts.statusToken,
        encrypted: parts.managementTlsCertFile !== undefined,
        attempts: statusAttempts(parts, clock, () => metrics.slowed("status_token")),
        observer: {
          watching: (count) => metrics.statusWatchers(count),
          denied: (reason) => metrics.statusDenied(reason),
        },
        clock,
        log: logger,
      }),
      log: logger,
    }),
  });
  await management.listen(host, managementPort);
  void parts.stopped.then(() => crew.stop());
  try {
    return await crew.run();
  } finally {
    await management.close(0);
  }
}

/** Whether this process is one of several that {@link runWorkers} started. */
export function isWorker(): boolean {
  return cluster.isWorker;
}

/** Tells the first process that this worker serves, and where it answers for itself. */
export function reportServing(management: ManagementAddress): void {
  const message: ServingMessage = { kind: "serving", management };
  process.send?.(message);
}

/**
 * Resolves when the first process says so, or at SIGTERM. A terminal sends SIGINT to every process of the group; it is the first
 * one that decides what it means. If that one dies, Node ends this one.
 */
export function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    process.on("SIGINT", () => undefined);
    process.once("SIGTERM", () => resolve());
    process.on("message", (message) => {
      if (message === STOP_MESSAGE) resolve();
    });
  });
}

/** Lets this worker end with the exit code that was set: the channel to the first process would keep it alive. */
export function leaveWorkers(): void {
  cluster.worker?.disconnect();
}

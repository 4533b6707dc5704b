import cluster, { type Worker } from "node:cluster";

const KIND = "log_level";

interface LevelMessage {
  readonly kind: typeof KIND;
  readonly level: string;
}

/** Gives what tells all workers of this process, and those that are started later, at which level to log. */
export function workersLogLevel(): (level: string) => void {
  let told: string | undefined;
  const tell = (worker: Worker | undefined): void => {
    if (told !== undefined) worker?.send({ kind: KIND, level: told } satisfies LevelMessage, () => undefined);
  };
  // One that says that it serves listens by then.
  cluster.on("message", (worker, message: { readonly kind?: unknown }) => {
    if (message.kind === "serving") tell(worker);
  });
  return (level) => {
    told = level;
    for (const worker of Object.values(cluster.workers ?? {})) tell(worker);
  };
}

/** Calls when the first process tells this worker so. */
export function followLogLevel(change: (level: string) => void): void {
  process.on("message", (message: Partial<LevelMessage>) => {
    if (message.kind === KIND && message.level !== undefined) change(message.level);
  });
}

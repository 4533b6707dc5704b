import type { StatusReport } from "../../../model/status.ts";

/** Where the status comes from: this process, or all workers together. */
export interface StatusSource {
  /** Everything, however much it is. */
  report(): StatusReport | Promise<StatusReport>;
  /** Calls after each change, however often; returns what stops it. */
  onChange(listener: () => void): () => void;
}

import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  type HealthCheckRequest,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.ts";
import { LatestFeed } from "./latest-feed.ts";
import { LatestSlot } from "./latest-slot.ts";

/** The state that the health service reports. */
export interface HealthState {
  /** Whether calls are answered now. */
  serving(): boolean;
  /** Calls after each change; returns what stops it. */
  onChange(listener: () => void): () => void;
}

/**
 * grpc.health.v1, without credentials. `services` are the names known besides `""`; all share one state, because they
 * live and die together.
 */
export function createHealthService(
  state: HealthState,
  services: ReadonlySet<string>,
): ServiceImpl<typeof Health> {
  const statusOf = (service: string): Status => {
    if (service !== "" && !services.has(service)) return Status.SERVICE_UNKNOWN;
    return state.serving() ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    check({ service }: HealthCheckRequest) {
      const status = statusOf(service);
      if (status === Status.SERVICE_UNKNOWN) {
        throw new ConnectError("this server has no such service", Code.NotFound);
      }
      return { status };
    },
    async *watch({ service }: HealthCheckRequest, { signal }: HandlerContext) {
      const feed = new LatestFeed<Status>(new LatestSlot(String));
      feed.put(statusOf(service));
      const stop = state.onChange(() => feed.put(statusOf(service)));
      const aborted = (): void => {
        stop();
        feed.fail(ConnectError.from(signal.reason));
      };
      signal.addEventListener("abort", aborted, { once: true });
      if (signal.aborted) aborted();
      for (;;) yield { status: (await feed.next()).value };
    },
  };
}

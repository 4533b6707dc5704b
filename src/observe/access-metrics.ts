import type { Instruments } from "./instruments.ts";

/** What is reported of requests. */
export interface AccessMetrics {
  /** `status` is an HTTP status, or `stream`; the first prototype's name. */
  syncRequest(status: string): void;
  adminRequest(status: string): void;
  refused(reason: string): void;
}

/** Puts them on the instruments. */
export function accessMetrics(on: Instruments): AccessMetrics {
  return {
    syncRequest: (status) => on.syncRequests.inc({ status }),
    adminRequest: (status) => on.adminRequests.inc({ status }),
    refused: (reason) => on.refused.inc({ reason }),
  };
}

import { collectDefaultMetrics, Registry } from "prom-client";
import { type AccessMetrics, accessMetrics } from "./access-metrics.ts";
import { type ChangeMetrics, changeMetrics } from "./change-metrics.ts";
import { type ConnectionMetrics, connectionMetrics } from "./connection-metrics.ts";
import { ALL_KEYS, createInstruments } from "./instruments.ts";
import { MANAGEMENT_KEYS, type ManagementMetrics, managementMetrics } from "./management-metrics.ts";
import { type ServedMetrics, servedMetrics } from "./served-metrics.ts";
import { type StateMetrics, stateMetrics } from "./state-metrics.ts";
import { type StreamMetrics, streamMetrics } from "./stream-metrics.ts";

/** What the pipeline and the transports report; every label has few values (no keys, no environments): metric-table.ts. */
export interface Metrics
  extends ServedMetrics,
    ChangeMetrics,
    StreamMetrics,
    AccessMetrics,
    ManagementMetrics,
    Rendered {
  readonly connections: ConnectionMetrics;
  readonly state: StateMetrics;
}

interface Rendered {
  /** In a text format of Prometheus. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** Makes a registry of its own, so that two servers in one process do not share figures. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = createInstruments(registry, ALL_KEYS);
  instruments.info.set({ version }, 1);
  const { scrape, ...served } = servedMetrics(instruments);
  return {
    ...served,
    ...changeMetrics(instruments),
    ...streamMetrics(instruments),
    ...accessMetrics(instruments),
    ...managementMetrics(instruments),
    connections: connectionMetrics(instruments),
    state: stateMetrics(instruments),
    render() {
      scrape();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** The metrics of the first of several processes, which serves no documents. */
export function createFrontMetrics(): ManagementMetrics & Rendered {
  const registry = new Registry();
  return {
    ...managementMetrics(createInstruments(registry, MANAGEMENT_KEYS)),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

import { Gauge, type Registry } from "prom-client";

/** How old what is served may be; `environments`: those that alone cannot be read. */
interface StaleFigures {
  readonly seconds: number;
  readonly environments: number;
}

/** What is reported of the documents that are served, and of the database that they come from. */
export interface ServedMetrics {
  listening(inForce: boolean): void;
  documents(count: number): void;
  /** What in the database is not as we need it, by kind. */
  schemaProblems(kind: string, count: number): void;
  /** Environments whose newest document is not shown, and why. */
  documentsHeld(reason: "document_too_large", count: number): void;
  /** Asked at each scrape. */
  stalenessFrom(source: () => StaleFigures): void;
}

/** Registers them. */
export function createServedMetrics(registry: Registry): ServedMetrics {
  const registers = [registry];
  const listener = new Gauge({
    name: "flagsmith_flagd_listening",
    help: "1 while LISTEN is in force and heard",
    registers,
  });
  const documents = new Gauge({
    name: "flagsmith_flagd_documents",
    help: "Environments with a document",
    registers,
  });
  const documentsHeld = new Gauge({
    name: "flagsmith_flagd_documents_held",
    help: "Environments whose newest document is not shown; their last one stays",
    labelNames: ["reason"],
    registers,
  });
  documentsHeld.set({ reason: "document_too_large" }, 0);
  const schema = new Gauge({
    name: "flagsmith_flagd_schema_problems",
    help: "Tables, columns, triggers and functions in the database that are not as they must be",
    labelNames: ["kind"],
    registers,
  });
  let staleness = (): StaleFigures => ({ seconds: 0, environments: 0 });
  new Gauge({
    name: "flagsmith_flagd_staleness_seconds",
    help: "How long ago all that is served was last known to be current; 0 while it is",
    registers,
    collect() {
      this.set(staleness().seconds);
    },
  });
  new Gauge({
    name: "flagsmith_flagd_stale_environments",
    help: "Environments that alone cannot be read",
    registers,
    collect() {
      this.set(staleness().environments);
    },
  });
  return {
    listening: (inForce) => listener.set(inForce ? 1 : 0),
    documents: (count) => documents.set(count),
    schemaProblems: (kind, count) => schema.set({ kind }, count),
    documentsHeld: (reason, count) => documentsHeld.set({ reason }, count),
    stalenessFrom(source) {
      staleness = source;
    },
  };
}

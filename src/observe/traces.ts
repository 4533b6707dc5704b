import type { Attributes, Span, TimeInput, Tracer } from "@opentelemetry/api";
import { messageOf } from "../support/errors.ts";
import type { Logger } from "./logger.ts";

/** A step of a change; epoch milliseconds. */
interface TraceStep {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A change that was published, from its transaction to the last stream that took it. */
export interface ChangeTrace {
  readonly environmentId: number;
  readonly flagSetId: string;
  /** Content hash. */
  readonly revision: string;
  readonly version: string;
  readonly bytes: number;
  readonly causes: readonly string[];
  /** How many streams it was handed to. */
  readonly streams: number;
  /** Epoch milliseconds, as all times here. */
  readonly startMs: number;
  readonly endMs: number;
  readonly steps: readonly TraceStep[];
}

/** Where traces go. */
export interface Traces {
  /** Takes a change after its end: nothing of it costs anything while it is under way. */
  changed(trace: ChangeTrace): void;
  /** Sends what waits, for as long as {@link CLOSE_AT_MOST_MS}. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What {@link openTraces} needs of the packages. */
interface OpenTelemetry {
  readonly api: typeof import("@opentelemetry/api");
  readonly sdk: typeof import("@opentelemetry/sdk-node");
}

const NAME = "flagsmith-flagd";

/** A collector that does not answer must not keep the process. */
const CLOSE_AT_MOST_MS = 2_000;

const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** Both are optional peers: who wants traces installs them. */
async function importPackages(): Promise<OpenTelemetry> {
  const [api, sdk] = await Promise.all([import("@opentelemetry/api"), import("@opentelemetry/sdk-node")]);
  return { api, sdk };
}

/** The standard variables that ask for traces to be sent somewhere. */
function isAskedFor(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false;
  const exporter = env.OTEL_TRACES_EXPORTER;
  if (exporter) return exporter !== "none";
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/**
 * Sends traces as the standard OTEL_* variables of this process say; `undefined`: they ask for none, or the packages are
 * not installed, which is told once. Nothing of OpenTelemetry is loaded unless it is asked for.
 */
export async function openTraces(options: {
  readonly env: Environment;
  readonly version: string;
  readonly logger: Logger;
  /** Loads the packages; node's own import unless given. */
  readonly load?: () => Promise<OpenTelemetry>;
}): Promise<Traces | undefined> {
  const { env, version, logger, load = importPackages } = options;
  if (!isAskedFor(env)) return undefined;
  try {
    return startSdk(await load(), { env, version, logger });
  } catch (thrown) {
    const missing = MISSING.has(String((thrown as NodeJS.ErrnoException).code));
    const advice = missing
      ? "npm install @opentelemetry/api @opentelemetry/sdk-node, or unset the OTEL_* variables"
      : "check the OTEL_* variables, and that this Node runs the installed releases of @opentelemetry/api and @opentelemetry/sdk-node";
    logger.warn(
      { error: messageOf(thrown), advice },
      "OTEL_* asks for traces, and OpenTelemetry cannot be started; none are sent",
    );
    return undefined;
  }
}

function startSdk(
  { api, sdk }: OpenTelemetry,
  { env, version, logger }: { readonly env: Environment; readonly version: string; readonly logger: Logger },
): Traces {
  tellFailures(api, logger);
  const named = env.OTEL_SERVICE_NAME || env.OTEL_RESOURCE_ATTRIBUTES?.includes("service.name=");
  // Not the process's own detector, which is among the SDK's defaults: it tells the command line, and there may be a password in it.
  process.env.OTEL_NODE_RESOURCE_DETECTORS ||= "env,host";
  const node = new sdk.NodeSDK({
    ...(named ? {} : { serviceName: NAME }),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  node.start();
  const tracer = api.trace.getTracer(NAME, version);
  logger.info({}, "traces of changes are sent as the OTEL_* variables say");
  return {
    changed: (trace) => record(api, tracer, trace),
    async close() {
      let limit: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, CLOSE_AT_MOST_MS);
      });
      await Promise.race([node.shutdown().catch(() => undefined), late]);
      clearTimeout(limit);
      api.trace.disable();
    },
  };
}

/** Says once at level warn what goes wrong in the sending, and after that at level debug. */
function tellFailures({ diag, DiagLogLevel }: OpenTelemetry["api"], logger: Logger): void {
  let told = false;
  const nothing = (): void => undefined;
  const error = (text: string): void => {
    if (told) logger.debug({ error: text }, "traces could not be sent");
    else logger.warn({ error: text }, "traces could not be sent; further failures are told at level debug");
    told = true;
  };
  diag.setLogger(
    { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing },
    DiagLogLevel.ERROR,
  );
}

function record(
  { trace, ROOT_CONTEXT, SpanKind }: OpenTelemetry["api"],
  tracer: Tracer,
  change: ChangeTrace,
): void {
  const attributes: Attributes = {
    "feature_flag.set.id": change.flagSetId,
    "feature_flag.version": change.version,
    "flagsmith_flagd.environment_id": change.environmentId,
    "flagsmith_flagd.revision": change.revision,
    "flagsmith_flagd.document_bytes": change.bytes,
    "flagsmith_flagd.causes": [...change.causes],
    "flagsmith_flagd.streams": change.streams,
  };
  const startTime: TimeInput = change.startMs;
  const root: Span = tracer.startSpan(
    "change",
    { kind: SpanKind.CONSUMER, startTime, attributes },
    ROOT_CONTEXT,
  );
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  for (const { name, startMs, endMs } of change.steps) {
    tracer.startSpan(name, { startTime: startMs }, inRoot).end(endMs);
  }
  root.end(change.endMs);
}

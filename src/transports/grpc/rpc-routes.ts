import type { IncomingHttpHeaders } from "node:http";
import type { ConnectRouter } from "@connectrpc/connect";
import { Code, ConnectError, createConnectRouter } from "@connectrpc/connect";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import type { RequestOrigin } from "../../model/access.ts";
import { LONGEST_TIMER_MS } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { parseGrpcTimeout } from "./call-metadata.ts";
import { valuesWithCut } from "./cut-call.ts";
import type { NodeRequest, NodeResponse } from "./node-http.ts";
import type { GrpcLog } from "./observer.ts";
import { MAX_REQUEST_BYTES } from "./request-message.ts";
import { trailersOf } from "./trailers.ts";

/** What {@link createRpcRoutes} needs. */
export interface RpcRoutesOptions {
  readonly register: (router: ConnectRouter) => void;
  readonly log: GrpcLog;
  /** Aborted, with the error to end with, when the process goes down. */
  readonly shutdown: AbortSignal;
}

/**
 * Serves whatever connect serves; `false` means that the path is none of its. connect-node's own adapter is not used: it
 * prints to the console when a client goes away, and a request without a host would crash the process.
 */
export function createRpcRoutes(
  options: RpcRoutesOptions,
): (request: NodeRequest, response: NodeResponse, origin?: RequestOrigin) => boolean {
  const { log } = options;
  const router = createConnectRouter({
    shutdownSignal: options.shutdown,
    readMaxBytes: MAX_REQUEST_BYTES,
    acceptCompression: [compressionGzip, compressionBrotli],
  });
  options.register(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return (request, response, origin) => {
    const handler = handlers.get((request.url ?? "").split("?", 1)[0] ?? "");
    if (handler === undefined) return answerUnknownMethod(request, response);
    forgetEndlessTimeouts(request.headers);
    const serve = async (): Promise<void> => {
      const call = universalRequestFromNodeRequest(
        request,
        response,
        undefined,
        valuesWithCut(() => response.destroy(), origin),
      );
      await universalResponseToNodeResponse(await handler(call), response);
    };
    serve().catch((thrown: unknown) => {
      log.debug({ method: handler.method.name, error: messageOf(thrown) }, "RPC was not answered");
      if (response.headersSent) {
        response.destroy();
      } else {
        response.statusCode = 400;
        response.end();
      }
    });
    return true;
  };
}

/** connect hands a client's timeout to Node's timer as it is, and above what that can hold it would fire at once. */
function forgetEndlessTimeouts(headers: IncomingHttpHeaders): void {
  const grpcTimeout = headers["grpc-timeout"];
  const grpcMs = typeof grpcTimeout === "string" ? parseGrpcTimeout(grpcTimeout) : 0;
  if (grpcMs !== "malformed" && grpcMs > LONGEST_TIMER_MS) delete headers["grpc-timeout"];
  if (Number(headers["connect-timeout-ms"]) > LONGEST_TIMER_MS) delete headers["connect-timeout-ms"];
}

/** A gRPC client expects UNIMPLEMENTED of a method that does not exist, not a 404. */
function answerUnknownMethod(request: NodeRequest, response: NodeResponse): boolean {
  const contentType = request.headers["content-type"] ?? "";
  if (!contentType.startsWith("application/grpc")) return false;
  const error = new ConnectError("this server has no such method", Code.Unimplemented);
  response.writeHead(200, { "content-type": contentType, ...trailersOf(error) });
  response.end();
  request.resume();
  return true;
}

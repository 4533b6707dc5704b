import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { universalResponseToNodeResponse } from "@connectrpc/connect-node";

/** A request of either HTTP version. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** A response of either HTTP version, in the form that connect-node takes. */
export type NodeResponse = Parameters<typeof universalResponseToNodeResponse>[1];

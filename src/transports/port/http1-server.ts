import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/**
 * Milliseconds that a connection may rest between two requests. Longer than what load balancers commonly wait (60 s) and
 * than flagd's polling interval, so that it is never us who closes in the moment of the next request.
 */
const KEEP_ALIVE_MS = 75_000;

/**
 * An HTTP/1 server for connections that something else accepted. `emit("connection", socket)` feeds it.
 * Node starts its clock against slow request heads, and its list of idle connections, on 'listening', which a server
 * that accepts nothing itself would never emit (Node 20.20, `setupConnectionsTracking`).
 */
export function createHttp1Server(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, listener);
  server.emit("listening");
  return server;
}

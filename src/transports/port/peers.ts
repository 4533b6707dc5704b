import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { RequestOrigin } from "../../model/access.ts";
import type { PortRequest } from "./exchange-watch.ts";
import { clientAddress, type TrustedProxies } from "./peer-address.ts";

/** Who is at the other end of a connection. */
export interface Peer {
  /** The socket's address, or the one in its PROXY header. */
  readonly address: string | undefined;
  readonly encrypted: boolean;
  /** See {@link RequestOrigin.certificateNames}. */
  readonly certificateNames: readonly string[];
}

const NOBODY: Peer = { address: undefined, encrypted: false, certificateNames: [] };

/** Remembers whose connection a request came on: Node's requests know their socket only through a proxy object. */
export class Peers {
  readonly #proxies: TrustedProxies;
  readonly #peers = new WeakMap<Socket | Http2Session, Peer>();

  constructor(proxies: TrustedProxies) {
    this.#proxies = proxies;
  }

  /** `connection` is an HTTP/1 connection's socket, or the session of HTTP/2. */
  remember(connection: Socket | Http2Session, peer: Peer): void {
    this.#peers.set(connection, peer);
  }

  /** Where a request of either version came from. */
  originOf(request: PortRequest): RequestOrigin {
    const connection = "stream" in request ? request.stream.session : request.socket;
    return this.originOn(connection, request.headers["x-forwarded-for"]);
  }

  /** Where a request on a connection came from that has this `X-Forwarded-For`. */
  originOn(
    connection: Socket | Http2Session | undefined,
    forwardedFor: string | string[] | undefined,
  ): RequestOrigin {
    const peer = (connection && this.#peers.get(connection)) ?? NOBODY;
    const hops = Array.isArray(forwardedFor) ? forwardedFor.join(",") : forwardedFor;
    return { ...peer, address: clientAddress(peer.address, hops, this.#proxies) };
  }
}

import type { Socket } from "node:net";
import { refuse } from "./http1-server.ts";

const TEXT = "this port speaks TLS only: use https, or gRPC with TLS";

/** An empty SETTINGS frame, with which every server has to begin (RFC 9113, section 3.4). */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const GOAWAY_TYPE = 7;
/** RFC 9113, section 7. */
const INADEQUATE_SECURITY = 0xc;

/** Tells who speaks cleartext to a port with TLS what is wrong, in the protocol that they speak, and ends the connection. */
export function refuseCleartext(socket: Socket, protocol: "http1" | "http2"): void {
  if (protocol === "http1") refuse(socket, "400 Bad Request", TEXT);
  else if (socket.writable) socket.end(Buffer.concat([SETTINGS, goaway()]), () => socket.destroy());
  else socket.destroy();
}

function goaway(): Buffer {
  const text = Buffer.from(TEXT);
  const frame = Buffer.alloc(17);
  frame.writeUIntBE(8 + text.length, 0, 3);
  frame.writeUInt8(GOAWAY_TYPE, 3);
  frame.writeUInt32BE(INADEQUATE_SECURITY, 13);
  return Buffer.concat([frame, text]);
}

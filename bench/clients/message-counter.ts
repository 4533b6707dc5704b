import { pingAck, SETTINGS_ACK } from "./h2-bytes.ts";

/** Reads a connection's bytes and calls at the end of every whole message. */
export interface MessageCounter {
  take(chunk: Buffer): void;
}

const HTTP2_HEAD = 9;
const DATA = 0;
const SETTINGS = 4;
const PING = 6;

/** Messages of a four-byte length and as many bytes; `skip` bytes come before the length (gRPC's flag). */
export function lengthPrefixed(skip: number, onMessage: () => void): MessageCounter {
  const headBytes = skip + 4;
  const head = Buffer.alloc(headBytes);
  let held = 0;
  let missing = 0;
  return {
    take(chunk) {
      let at = 0;
      while (at < chunk.length || (held === headBytes && missing === 0)) {
        if (held < headBytes) {
          const copied = chunk.copy(head, held, at, at + headBytes - held);
          held += copied;
          at += copied;
          if (held < headBytes) return;
          missing = head.readUInt32BE(skip);
        }
        const taken = Math.min(missing, chunk.length - at);
        missing -= taken;
        at += taken;
        if (missing > 0) return;
        held = 0;
        onMessage();
      }
    },
  };
}

/** The gRPC messages of the only stream of an HTTP/2 connection. Answers settings and pings; ignores headers. */
export function grpcMessages(write: (bytes: Buffer) => void, onMessage: () => void): MessageCounter {
  const messages = lengthPrefixed(1, onMessage);
  const head = Buffer.alloc(HTTP2_HEAD);
  let held = 0;
  let missing = 0;
  const take = (chunk: Buffer): void => {
    let at = 0;
    while (at < chunk.length) {
      if (held < HTTP2_HEAD) {
        const copied = chunk.copy(head, held, at, at + HTTP2_HEAD - held);
        held += copied;
        at += copied;
        if (held < HTTP2_HEAD) return;
        missing = head.readUIntBE(0, 3);
        if (head[3] === SETTINGS && ((head[4] ?? 0) & 1) === 0) write(SETTINGS_ACK);
      }
      const payload = chunk.subarray(at, at + missing);
      if (head[3] === DATA) messages.take(payload);
      if (head[3] === PING && ((head[4] ?? 0) & 1) === 0 && payload.length === 8) write(pingAck(payload));
      at += payload.length;
      missing -= payload.length;
      if (missing === 0) held = 0;
    }
  };
  return { take };
}

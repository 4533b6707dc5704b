/** Why we end a connection or break off an exchange, and how the log says it. */
export const CUT_REASONS = {
  silent: "a connection was closed: it did not say in time what it wants",
  idle: "a connection was closed: nothing was asked on it for long",
  half_open: "a connection was cut: its client gave no sign of life although pinged",
  tls: "a connection was closed: it speaks TLS, and this port is in cleartext",
  cleartext: "a connection was closed: it speaks cleartext, and this port speaks TLS",
  tls_handshake: "a connection was closed: its TLS handshake failed",
  proxy_header: "a connection was closed: a trusted proxy opened it without a PROXY header that can be read",
  malformed: "a connection was closed: it speaks no HTTP, or breaks its rules",
  too_large:
    "a connection was closed, or a request refused: the head of its request is larger than is read here",
  late_request: "an exchange was broken off: its request did not come to an end",
  late_answer: "an exchange was broken off: its answer was not taken",
  too_many: "a connection was closed: there are as many as may be",
} as const;

/** See {@link CUT_REASONS}; bounded, so that it may be a metric's label. */
export type CutReason = keyof typeof CUT_REASONS;

/** What a port tells whoever measures. All calls are synchronous and must not throw. */
export interface PortObserver {
  connectionOpened(): void;
  connectionClosed(): void;
  /** A connection was ended, or an exchange broken off, by us and not by an orderly close. */
  cut(reason: CutReason): void;
}

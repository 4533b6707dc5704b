/** What the tables do not say, by name of the client. */
export const CAVEATS: Readonly<Record<string, readonly string[]>> = {
  node: [
    "No option sends a header: the key is the selector.",
    "Without a valid key it asks again every 5 s, for ever; `FLAGD_FATAL_STATUS_CODES=UNAUTHENTICATED` makes it give up.",
    "After a drain it is STALE for its back-off of 5 s and answers from the flags that it has.",
  ],
  python: [
    "No option sends a header over cleartext: the key is the selector.",
    "A stream that ends is no event: no STALE, and nothing at all when the key is gone. Look at the log, or at the status page.",
    "It asks GetMetadata first, and goes on when that is UNIMPLEMENTED, from 0.2.7 on. Earlier ones never open the stream.",
  ],
  java: [
    "The key is the selector, or a header by `clientInterceptors`.",
    "Its default deadline of 1 s is too short for a JVM that starts on a busy machine: `deadline(10_000)`.",
    "What Flagsmith has switched off is the caller's default with reason ERROR: look at the value, not at the reason.",
    "It validates each document against a JSON schema, which takes a fifth of a second here, and drops the newest when five wait: the server paces it ([bursts](#bursts)).",
  ],
  rust: [
    "The key is the selector.",
    "What Flagsmith has switched off is `Err` (GENERAL): `unwrap_or` your default.",
    "It has no events: a lost stream or key shows in its log only (crate `tracing`). It asks again every second.",
    "`cache_settings: None`: with `..Default::default()` and the feature `rpc` a cache goes on answering after a change.",
    "Its build needs `protoc`.",
  ],
  grpcurl: [
    "It prints documents and evaluates nothing; the answers above are those of `@openfeature/flagd-core` on them.",
    "`-max-msg-sz` raises its limit of 4 MiB.",
  ],
  web: [
    "Whoever opens the page can read the key and with it every rule and every identity override: for internal tools only. Pages for the public ask flagd by OFREP.",
    "`CORS_ORIGINS` has to name the page's origin.",
    "The answers above are those of `@openfeature/flagd-core` in the page. It has no limit of 4 MiB.",
  ],
};

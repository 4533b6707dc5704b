import type { FirstDocument } from "../../doctor/check-server.ts";
import type { ClientTls } from "../../doctor/client-tls.ts";
import type { Clock } from "../../support/clock.ts";
import { followStream } from "./follow-stream.ts";

/** Long for a first document, which comes from memory; short for a person who waits. */
const ANSWER_WITHIN_MS = 10_000;

/** Opens a stream as a flagd client does, until its first document or whatever comes instead. */
export async function firstDocument(options: {
  readonly target: string;
  readonly key: string | undefined;
  readonly tls?: ClientTls | undefined;
  readonly clock: Clock;
}): Promise<FirstDocument> {
  let stop = (): void => undefined;
  const came = new Promise<FirstDocument>((resolve) => {
    const timer = options.clock.after(ANSWER_WITHIN_MS, () => resolve({ kind: "silent" }));
    const end = followStream({
      ...options,
      selector: "",
      onDocument: (text) => resolve({ kind: "document", text }),
      onInterruption: (reason) => resolve({ kind: "unreachable", reason }),
      onRefusal: (error) => resolve({ kind: "refused", reason: error.message }),
    });
    stop = () => {
      timer.cancel();
      end();
    };
  });
  try {
    return await came;
  } finally {
    stop();
  }
}

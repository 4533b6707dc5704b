import type { Bench } from "../bench.ts";
import type { HttpAnswer } from "../client/http-exchange.ts";
import { needs, Violation } from "../verdict.ts";

/** The source of most rules of `/v1/flags`. */
export const FLAGD = "flagd, HTTP flag configuration endpoint (flagd issues 2037, 2046)";

const get = (bench: Bench): Promise<HttpAnswer> => bench.http({});

/** The answer that the others are compared with. Skips the check where the path is not served. */
export async function served(bench: Bench): Promise<HttpAnswer> {
  const answer = await bench.once(get).catch((thrown: unknown) => {
    needs(!(thrown instanceof Violation), "the target answers no HTTP/1.1");
    throw thrown;
  });
  needs(answer.status !== 404, "the server has no /v1/flags (404)");
  return answer;
}

/** The same, where it is a document. */
export async function servedWell(bench: Bench): Promise<HttpAnswer> {
  const answer = await served(bench);
  needs(answer.status === 200, "HTTP-001 failed");
  return answer;
}

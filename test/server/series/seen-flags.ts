import { setTimeout as delay } from "node:timers/promises";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import type { DocumentContent, FlagdFlag, Logic } from "../../../src/model/document.ts";
import { type FollowedStream, follow } from "../harness.ts";

/** The flags of one document by their feature's id, each as text with all that it refers to written out. */
export type FlagTexts = ReadonlyMap<number, string>;

function writtenOut(logic: Logic, evaluators: DocumentContent["$evaluators"] = {}): Logic {
  if (typeof logic !== "object" || logic === null) return logic;
  if (Array.isArray(logic)) return logic.map((part: Logic) => writtenOut(part, evaluators));
  const reference = "$ref" in logic ? evaluators[String(logic.$ref)] : undefined;
  if (reference !== undefined) return writtenOut(reference, evaluators);
  return Object.fromEntries(
    Object.entries(logic).map(([key, part]) => [key, writtenOut(part as Logic, evaluators)]),
  );
}

/** Which parts are shared depends on all flags, what a flag says only on its own feature. */
export function flagTexts({ flags, $evaluators }: DocumentContent): FlagTexts {
  return new Map(
    Object.entries(flags).map(([name, { targeting, ...flag }]: [string, FlagdFlag]) => [
      Number(flag.metadata["flagsmith.featureId"]),
      canonicalJson([name, flag, targeting === undefined ? null : writtenOut(targeting, $evaluators)]),
    ]),
  );
}

/** Everything that a client could see of an environment: each message of a stream, and each answer to a polling client. */
export interface SeenFlags {
  readonly stream: FollowedStream;
  /** Documents in the order in which they came, by the way on which they came. */
  readonly ways: { readonly stream: readonly FlagTexts[]; readonly http: readonly FlagTexts[] };
  /** Resolves when the stream shows these flags. */
  shows(flags: FlagTexts): Promise<void>;
  close(): Promise<void>;
}

function sameFlags(left: FlagTexts | undefined, right: FlagTexts): boolean {
  return left?.size === right.size && [...right].every(([id, text]) => left.get(id) === text);
}

/** Follows and polls an environment; the poll asks again as soon as it was answered. */
export function watchFlags(address: string, key: string): SeenFlags {
  const stream = follow(address, key);
  const fromStream: FlagTexts[] = [];
  const fromHttp: FlagTexts[] = [];
  let open = true;
  const read = (): void => {
    for (const { text } of stream.arrivals.slice(fromStream.length))
      fromStream.push(flagTexts(JSON.parse(text)));
  };
  const poll = async (): Promise<void> => {
    let etag = "";
    while (open) {
      const headers = { "x-environment-key": key, "if-none-match": etag };
      const answer = await fetch(`http://${address}/v1/flags`, { headers }).catch(() => undefined);
      if (answer === undefined) break;
      const text = await answer.text();
      if (answer.status === 200) {
        etag = answer.headers.get("etag") ?? "";
        fromHttp.push(flagTexts(JSON.parse(text)));
      }
      await delay(1);
    }
  };
  const polling = poll();
  return {
    stream,
    ways: { stream: fromStream, http: fromHttp },
    async shows(flags) {
      await stream.until(
        (document) => {
          read();
          return sameFlags(flagTexts(document as unknown as DocumentContent), flags);
        },
        Math.max(0, stream.arrivals.length - 1),
      );
      read();
    },
    async close() {
      open = false;
      await polling;
      stream.close();
    },
  };
}

import { messageOf } from "../../support/errors.ts";

/** Bytes that a body may have; a whole configuration has about a hundred. */
const MOST_BYTES = 65_536;

/** The part of a request whose body is read. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** What a body turned out to be. */
export type ReadBody =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "refused"; readonly status: 400 | 413 | 415; readonly detail: string };

/** Reads a JSON body; one without any bytes is an empty object, as Flagsmith takes it. */
export async function readJsonBody(request: RequestBody): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      return { kind: "refused", status: 413, detail: `The body has more than ${MOST_BYTES} bytes.` };
    }
    chunks.push(chunk);
  }
  if (bytes === 0) return { kind: "json", value: {} };
  const type = String(request.headers["content-type"] ?? "")
    .split(";", 1)[0]
    ?.trim()
    .toLowerCase();
  if (type !== "application/json") {
    const detail = "Send the body as JSON, with Content-Type: application/json.";
    return { kind: "refused", status: 415, detail };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    return { kind: "json", value: JSON.parse(text) };
  } catch (thrown) {
    // The rest of what V8 says repeats a part of the body.
    const [place = "the body is no JSON"] = /position \d+/.exec(messageOf(thrown)) ?? [];
    return { kind: "refused", status: 400, detail: `JSON parse error - ${place}` };
  }
}

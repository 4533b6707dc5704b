/** The content codings that we can answer in; on equal wishes the first wins, being the smallest. */
export const CONTENT_CODINGS = ["br", "gzip", "identity"] as const;

/** See {@link CONTENT_CODINGS}. */
export type ContentCoding = (typeof CONTENT_CODINGS)[number];

/** Below everything that a client can ask for explicitly: identity is allowed when it is not named, but wished for last. */
const UNNAMED_IDENTITY = 1e-6;

/** Picks the coding that an Accept-Encoding wishes for most (RFC 9110, section 12.5.3). No header: identity. */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding {
  const weights = parseWeights(acceptEncoding ?? "");
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? weights.get("*") ?? (coding === "identity" ? UNNAMED_IDENTITY : 0);
  let best: ContentCoding = "identity";
  let bestWeight = 0;
  for (const coding of CONTENT_CODINGS) {
    const weight = weightOf(coding);
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

function parseWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const element of header.split(",")) {
    const [coding = "", ...parameters] = element.split(";").map((part) => part.trim().toLowerCase());
    if (coding === "") continue;
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    weights.set(
      coding === "x-gzip" ? "gzip" : coding,
      /^[01](\.\d{0,3})?$/.test(quality) ? Number(quality) : 0,
    );
  }
  return weights;
}

import type { RequestCredentials, RequestOrigin } from "../../model/access.ts";

/** Reads one header of a call, whatever carries it. */
export type HeaderReader = (name: string) => string | undefined;

/** The two fields by which SyncFlags and FetchAllFlags requests may name a key or a flag set. */
export interface RequestFields {
  readonly selector: string;
  readonly providerId: string;
}

/** Gathers what design decision 4 lets a call carry. In proto3 an empty field is one that was not sent; a header can be empty. */
export function readCredentials(
  header: HeaderReader,
  fields: RequestFields,
  origin: RequestOrigin | undefined,
): RequestCredentials {
  return {
    environmentKeyHeader: header("x-environment-key"),
    authorizationHeader: header("authorization"),
    selectorHeader: header("flagd-selector"),
    selectorField: fields.selector === "" ? undefined : fields.selector,
    providerId: fields.providerId === "" ? undefined : fields.providerId,
    origin,
  };
}

/** A reader over Node's headers; of a header sent twice the first counts. */
export function nodeHeaderReader(headers: NodeJS.Dict<string | string[]>): HeaderReader {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}

/** A reader over the web's headers. */
export function webHeaderReader(headers: Headers): HeaderReader {
  return (name) => headers.get(name) ?? undefined;
}

const TIMEOUT_UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Milliseconds that `grpc-timeout` allows; `"malformed"` if it breaks the grammar (at most 8 digits and a unit). */
export function parseGrpcTimeout(value: string): number | "malformed" {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(value) ?? [];
  const unitMs = TIMEOUT_UNIT_MS[unit ?? ""];
  return digits === undefined || unitMs === undefined ? "malformed" : Number(digits) * unitMs;
}

/** Whether `grpc-accept-encoding` names gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? "").split(",").some((name) => name.trim().toLowerCase() === "gzip");
}

import { type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";
import type { RequestOrigin } from "../../model/access.ts";

const CUT = createContextKey<() => void>(() => undefined);

const ORIGIN = createContextKey<RequestOrigin | undefined>(undefined);

/**
 * Lets the handler of a call break it off, and know whose it is: connect itself offers no way to leave a client that takes
 * nothing, and no address.
 */
export function valuesWithCut(cut: () => void, origin: RequestOrigin | undefined): ContextValues {
  return createContextValues().set(CUT, cut).set(ORIGIN, origin);
}

/** Where the call came from, if it was made with {@link valuesWithCut}. */
export function originOf(values: ContextValues): RequestOrigin | undefined {
  return values.get(ORIGIN);
}

/** Breaks the call off, if it was made with {@link valuesWithCut}. */
export function cutOf(values: ContextValues): () => void {
  return values.get(CUT);
}

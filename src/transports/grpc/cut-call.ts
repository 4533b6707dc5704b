import { type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";

const CUT = createContextKey<() => void>(() => undefined);

/** Lets the handler of a call break it off: connect itself offers no way to leave a client that takes nothing. */
export function valuesWithCut(cut: () => void): ContextValues {
  return createContextValues().set(CUT, cut);
}

/** Breaks the call off, if it was made with {@link valuesWithCut}. */
export function cutOf(values: ContextValues): () => void {
  return values.get(CUT);
}

// Answers of @openfeature/flagd-core for the clients that only receive documents.

/** One answer as an OpenFeature client would give it: whatever fails means the caller's default. */
export function answer(flags, { flag, type, fallback }, context) {
  const resolve = {
    boolean: "resolveBooleanEvaluation",
    string: "resolveStringEvaluation",
    integer: "resolveNumberEvaluation",
    number: "resolveNumberEvaluation",
  }[type];
  try {
    const { value, variant, reason, errorCode } = flags[resolve](flag, fallback, context);
    return { value: value ?? fallback, variant, reason, errorCode };
  } catch (error) {
    return { value: fallback, reason: "ERROR", errorCode: error.code ?? String(error) };
  }
}

/** The answers to one line of the protocol. */
export function answers(flags, { questions, contexts }) {
  return questions.map((question) => contexts.map((context) => answer(flags, question, context)));
}

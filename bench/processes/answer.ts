/** How a process of the bench answers, question by question; beside those named it tells its memory. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly question: string;
  readonly argument: never;
}

/** Memory of a process after everything unused was collected, bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

function memory(): Memory {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapUsed, external, rss };
}

/** Answers the questions of the process that started this one. */
export function answerQuestions(answers: Answers): void {
  process.once("disconnect", () => process.exit(0));
  process.on("message", ({ id, question, argument }: Question) => {
    const answer = question === "memory" ? memory : answers[question];
    Promise.resolve()
      .then(() => answer?.(argument))
      .then(
        (answered) => process.send?.({ id, answer: answered }),
        (thrown: unknown) => process.send?.({ id, error: String(thrown) }),
      );
  });
}

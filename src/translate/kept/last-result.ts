/**
 * Remembers the last result and what it was made from, compared by identity. Whoever asks with the same again gets the
 * same again; what was made from something else is made anew, so that a result never depends on what was asked before.
 */
export class LastResult<Result> {
  #inputs: readonly unknown[] | undefined;
  #result: Result | undefined;

  /** @throws what `make` throws; the last result is then still remembered. */
  of(inputs: readonly unknown[], make: () => Result): Result {
    if (this.#inputs === undefined || !isSame(this.#inputs, inputs)) {
      this.#result = make();
      this.#inputs = inputs;
    }
    return this.#result as Result;
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

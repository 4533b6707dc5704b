/** Characters that an answer repeats of what was sent. */
const MOST_CHARACTERS = 60;

/** Enough of a text to be recognised: what somebody sent is never repeated whole. */
export function excerpt(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

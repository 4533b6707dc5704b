import { readFileSync } from "node:fs";

const BEGIN = /^\s*(\/\/|#) docs: begin$/;
const END = /^\s*(\/\/|#) docs: end$/;

/** The lines of a client program that the page shows: those between its marks, of which there may be several pairs. */
export function snippetOf(file: string): string {
  const shown: string[] = [];
  const lines = readFileSync(`clients/${file}`, "utf8").trimEnd().split("\n");
  if (!lines.some((line) => BEGIN.test(line))) return lines.join("\n");
  let within = false;
  for (const line of lines) {
    if (BEGIN.test(line)) within = true;
    else if (END.test(line)) within = false;
    else if (within) shown.push(line);
  }
  return shown.join("\n").trim();
}

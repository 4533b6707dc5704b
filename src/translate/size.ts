import type { DocumentContent, FlagdFlag, Logic } from "../model/document.ts";
import { byText } from "../model/text-order.ts";

/** How many bytes a text takes in UTF-8. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The three flags and shared parts that cost most, for whoever has to make a document smaller. */
export function largestParts({ flags, $evaluators }: DocumentContent): string {
  const bytesOf = (part: FlagdFlag | Logic) => utf8Bytes(JSON.stringify(part));
  const parts = [
    ...Object.entries(flags).map(([name, flag]) => ({ name: `flag ${name}`, bytes: bytesOf(flag) })),
    ...Object.entries($evaluators ?? {}).map(([name, body]) => ({
      name: `evaluator ${name}`,
      bytes: bytesOf(body),
    })),
  ];
  return parts
    .sort((left, right) => right.bytes - left.bytes || byText(left.name, right.name))
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${bytes} bytes`)
    .join(", ");
}

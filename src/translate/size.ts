import type { DocumentContent } from "../model/document.ts";
import { byText } from "./order.ts";

/** How many bytes a value takes as JSON in UTF-8; the order of members makes no difference. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** The three flags and shared parts that cost most, for whoever has to make a document smaller. */
export function largestParts({ flags, $evaluators }: DocumentContent): string {
  const parts = [
    ...Object.entries(flags).map(([name, flag]) => ({ name: `flag ${name}`, bytes: jsonBytes(flag) })),
    ...Object.entries($evaluators ?? {}).map(([name, body]) => ({
      name: `evaluator ${name}`,
      bytes: jsonBytes(body),
    })),
  ];
  return parts
    .sort((left, right) => right.bytes - left.bytes || byText(left.name, right.name))
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${bytes} bytes`)
    .join(", ");
}

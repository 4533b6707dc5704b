import { contextOf as nested } from "../support/truth.ts";
import type { Person } from "./model/condition.ts";

/** The evaluation context of a person: dotted traits nested as `var` walks them, the identifier as `targetingKey`. */
export function contextOf({ identifier, traits }: Person): Record<string, unknown> {
  return nested({ identifier, traits });
}

/** Whether the person is an identity, as the server knows it. */
export function hasKey({ identifier }: Person): boolean {
  return identifier !== null && identifier !== "";
}

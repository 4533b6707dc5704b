import { median } from "../../bench/measure.ts";
import { answered, type Member } from "../crew.ts";
import type { ClientResult } from "../results.ts";
import type { AskedFlag } from "../table.ts";
import type { World } from "../world.ts";

const SEEN_LIMIT_MS = 20_000;

/** Flags of each type; the boolean one has a value beside on and off. */
const BOOLEAN: AskedFlag = { flag: "show_tax", types: ["boolean"] };
const TEXT: AskedFlag = { flag: "vat_rate", types: ["string"] };
const NUMBER: AskedFlag = { flag: "items_per_page", types: ["integer"] };
const ROUNDS = 3;

/** Flags that this step and the marker change: the others answer the same throughout. */
export const CHANGED_FLAGS: ReadonlySet<string> = new Set([
  ...[BOOLEAN, TEXT, NUMBER].map(({ flag }) => flag),
  "cart_reminder_hours",
]);

interface Change {
  readonly flag: AskedFlag;
  readonly text: string;
  readonly expected: string;
}

/** Another value for a flag of each type; `round` counts from 0. */
function changesOf(round: number): readonly Change[] {
  const [truth, text, number] = [String(round % 2 === 1), `größer als ${round} %`, String(round - 1)];
  return [
    { flag: BOOLEAN, text: truth, expected: truth },
    { flag: TEXT, text, expected: JSON.stringify(text) },
    { flag: NUMBER, text: number, expected: number },
  ];
}

/**
 * Changes flags one after the other, and measures when a member answers so, one member after the other: asking all of
 * them all the time would be measured instead. The others see a change before the next one: bursts are tried elsewhere.
 * null: a change never came.
 */
export async function followChanges(
  world: World,
  members: readonly Member[],
): Promise<ReadonlyMap<Member, ClientResult["changes"] | null>> {
  const results = new Map<Member, ClientResult["changes"] | null>();
  let round = 0;
  for (const member of members) {
    const delays: number[] = [];
    for (const end = round + ROUNDS; round < end; round += 1) {
      for (const { flag, text, expected } of changesOf(round)) {
        const committedAtMs = await world.change(flag.flag, text);
        const seenMs = await answered(member.client, flag, expected, SEEN_LIMIT_MS);
        if (seenMs !== undefined) delays.push(seenMs - committedAtMs);
        const others = members.filter((one) => one !== member);
        await Promise.all(others.map(({ client }) => answered(client, flag, expected, SEEN_LIMIT_MS)));
      }
    }
    const count = ROUNDS * changesOf(0).length;
    const all = { count, medianMs: median(delays), mostMs: Math.max(...delays) };
    results.set(member, delays.length < count ? null : all);
  }
  return results;
}

import type { Database, Queryable } from "../../../src/postgres/connection/database.ts";

/** What happens between the transactions of a series. */
export interface Pace {
  /** Pauses in milliseconds, taken in turn: how fast Flagsmith's process happens to be is part of what is tested. */
  readonly pausesMs: readonly number[];
  /** Called after each transaction, before the pause. */
  readonly onTransaction?: () => Promise<void>;
}

const WRITES = /^\s*(insert|update|delete|with[\s\S]*\b(insert|update|delete)\b)/i;

/** A database on which every transaction that writes is followed by a pause: a statement alone is one of its own. */
export function paced(database: Database, { pausesMs, onTransaction }: Pace): Database {
  let turn = 0;
  const between = async (): Promise<void> => {
    await onTransaction?.();
    const pauseMs = pausesMs[turn % pausesMs.length] ?? 0;
    turn += 1;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  };
  const query: Queryable["query"] = async (text, values) => {
    const rows = await database.query(text, values);
    if (WRITES.test(text)) await between();
    return rows;
  };
  return {
    ...database,
    query,
    async write(work) {
      const result = await database.write(work);
      await between();
      return result;
    },
  };
}

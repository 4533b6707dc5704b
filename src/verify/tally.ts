/** Counts how one flag fared. */
export interface Tally {
  count(agreed: boolean, announced: boolean): void;
  read(): { readonly compared: number; readonly agreed: number; readonly announced: number };
}

/** A tally of nothing yet. */
export function createTally(): Tally {
  const counts = { compared: 0, agreed: 0, announced: 0 };
  return {
    count(agreed, announced) {
      counts.compared += 1;
      if (agreed) counts.agreed += 1;
      if (announced) counts.announced += 1;
    },
    read: () => counts,
  };
}

import { expect, it } from "vitest";
import { ChangesUnderWay } from "../../../../src/app/pipeline/publication-times.ts";

const HERE = 7;

it("reckons from the oldest change that is not published, also where its reading came to nothing yet", () => {
  const changes = new ChangesUnderWay();
  changes.noticed(HERE, 1_000, 1);
  changes.noticed(HERE, 1_200, 2);
  const taken = changes.take(HERE);
  expect(taken).toEqual({ atMs: 1_000, heardMs: 1 });
  changes.noticed(HERE, 1_300, 3);
  changes.putBack(HERE, taken);
  const again = changes.take(HERE);
  expect(changes.published(HERE, again, 1_450)).toEqual({ propagationMs: 450, latenessMs: null });
  expect(changes.take(HERE)).toBeUndefined();
});

it("knows nothing of a change whose transaction was not told", () => {
  const changes = new ChangesUnderWay();
  changes.noticed(HERE, undefined, 1);
  expect(changes.take(HERE)).toBeUndefined();
  expect(changes.published(HERE, undefined, 5)).toEqual({ propagationMs: null, latenessMs: null });
});

it("calls a planned change late from its moment, once, and not where it changed nothing", () => {
  const changes = new ChangesUnderWay();
  changes.due(HERE, 2_000);
  expect(changes.published(HERE, undefined, 2_040).latenessMs).toBe(40);
  expect(changes.published(HERE, undefined, 3_000).latenessMs).toBeNull();
  changes.due(HERE, 4_000);
  changes.unchanged(HERE);
  expect(changes.published(HERE, undefined, 9_000).latenessMs).toBeNull();
});

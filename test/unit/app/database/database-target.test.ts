import { expect, it } from "vitest";
import { databaseTarget } from "../../../../src/app/database/database-target.ts";

it.each([
  ["postgres://user:secret@db/flagsmith", "db:5432/flagsmith"],
  ["postgresql://other@db:6432/flagsmith?sslmode=require", "db:6432/flagsmith"],
  ["postgres://user@[::1]:5432/a%20b", "[::1]:5432/a b"],
  ["postgres:///flagsmith?host=/var/run/postgresql&port=5433", "/var/run/postgresql:5433/flagsmith"],
  ["postgres://user@%2Fvar%2Frun/flagsmith", "/var/run:5432/flagsmith"],
  ["postgres://flagsmith@db", "db:5432/flagsmith"],
])("%s leads to %s", (url, target) => {
  expect(databaseTarget(url)).toBe(target);
});

it("says nothing of what cannot be taken apart, and still tells two from each other", () => {
  const [one, two] = [
    databaseTarget("postgres://a:secret@b:c:d/x"),
    databaseTarget("postgres://a:secret@b:c:d/y"),
  ];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(one).not.toBe(two);
});

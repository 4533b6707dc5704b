/**
 * No statement is built from input. Values go as parameters; what is put into a statement's text must be a constant of the
 * code, or stand in the list below with the reason why nobody outside can choose it. What tests run with foreign values
 * sends is looked at too: test/server/least-privilege/whole-chain.test.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "@swc/core";
import { expect, it } from "vitest";

/** What the text of a statement is made of besides constants, by file, and why that is none of anybody's input. */
const REVIEWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "src/postgres/connection/database.ts": {
    text: "passes on whole statements, which their authors' files are looked at for",
    statementTimeoutMs: "a number of the configuration, checked as such",
  },
  "src/postgres/connection/guarded-database.ts": { text: "passes on whole statements" },
  "src/postgres/reading/environment-rows.ts": {
    'columns.optionKey ? "key" : "NULL AS key"': "one of two constants",
    'wanted === "all" ? ALL_LIVE_FEATURES : "= ANY ($1)"': "one of two constants",
  },
  "src/postgres/set-up/grants.ts": {
    "columnList(withAdmin)": "names from schema-needs.ts",
    "grantsBlock(withAdmin)": "one of two constants",
    "ownGrants()": "names from needed-rights.ts",
    'rights.join(", ")': "names from needed-rights.ts",
    table: "a name from needed-rights.ts",
    "pg.escapeLiteral(role).trim()":
      "only printed: a literal, which Postgres quotes as an identifier where it is used",
  },
  "src/postgres/listening/listen-connection.ts": {
    "client.escapeIdentifier(channel)": "one of two constants",
  },
  "src/postgres/reading/live-states.ts": {
    candidates: "one of four constants",
    features: "one of two constants",
  },
  "src/postgres/set-up/migrate.ts": {
    "createTriggerSql(trigger, { replace: false })": "made from schema-triggers.ts",
    'createTriggerSql(trigger, { replace: fault !== "missing" })': "made from schema-triggers.ts",
    "migration.sql": "a file of this release",
    name: "a trigger's from schema-triggers.ts: one of the database's own is dropped only if it has such a name",
    'statements.join("\\n")': "made from schema-triggers.ts",
    table: "a name from schema-triggers.ts",
    "trigger.name": "a name from schema-triggers.ts",
    "trigger.table": "a name from schema-triggers.ts",
  },
  "src/postgres/reading/read-directory.ts": {
    creating: "one of two constants",
    "environmentsSql(columns, known === undefined ? SETTINGS : KNOWN_SETTINGS)": "one of four constants",
    installation: "one of two constants",
    settings: "one of two constants",
  },
  "src/postgres/reading/read-environment.ts": {
    'liveStatesSql(v2, "all")': "one of two constants",
    'liveStatesSql(v2, "some")': "one of two constants",
    "nextLiveSql(v2)": "one of two constants",
    'optionsSql(columns, "all")': "one of two constants",
    'optionsSql(columns, "some")': "one of two constants",
  },
  "src/postgres/set-up/read-rights.ts": { name: "a message, no statement" },
  "src/postgres/schema/schema-rows.ts": {
    name: "a name from schema-needs.ts",
    'tests.join(", ")': "made of names from schema-needs.ts",
  },
  "src/postgres/schema/schema-triggers.ts": {
    definition: "one of five constants, with a table's name from the same file",
    drop: "made from names of the same file",
    name: "a name of the same file",
    table: "a name of the same file",
    "trigger.function": "a name of the same file",
  },
  "src/bootstrap/insert-row.ts": {
    'given.map((name) => `"${name}"`).join(", ")': "columns of Flagsmith's tables which that room names",
    'places.join(", ")': "$1, $2, …",
    table: "a constant of that room",
  },
};

type Node = { readonly type?: string; readonly span?: { start: number; end: number } } & Record<
  string,
  unknown
>;

const CONSTANT = /^[A-Z][A-Z0-9_]*$/;
const SQL =
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|GRANT|REVOKE|TRUNCATE|SET LOCAL|LISTEN|NOTIFY|WHERE|BEGIN)\b/;
const SENDS = new Set(["query", "execute"]);

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesOf(one);
  else if (typeof value === "object" && value !== null) {
    if ("type" in value) yield value as Node;
    for (const one of Object.values(value)) yield* nodesOf(one);
  }
}

/** Every expression of a file that becomes part of a statement's text. */
function partsIn(source: Buffer): readonly string[] {
  const module = parseSync(source.toString("utf8"), {
    syntax: "typescript",
    target: "es2022",
  }) as unknown as Node;
  const base = (module.span?.start ?? 1) - firstByte(source);
  const textOf = ({ span }: Node): string =>
    source.subarray((span?.start ?? 0) - base, (span?.end ?? 0) - base).toString("utf8");
  const parts: string[] = [];
  for (const node of nodesOf(module)) {
    if (node.type === "TemplateLiteral") {
      const texts = (node.quasis as readonly { readonly raw: string }[]).map(({ raw }) => raw);
      if (texts.some((text) => SQL.test(text))) parts.push(...(node.expressions as Node[]).map(textOf));
    }
    if (node.type === "BinaryExpression" && node.operator === "+" && SQL.test(textOf(node)))
      parts.push(textOf(node));
    if (node.type === "CallExpression") {
      const callee = node.callee as { readonly property?: { readonly value?: string } };
      const [first] = node.arguments as readonly { readonly expression: Node }[];
      const isText =
        first?.expression.type === "StringLiteral" || first?.expression.type === "TemplateLiteral";
      if (first !== undefined && !isText && SENDS.has(callee.property?.value ?? ""))
        parts.push(textOf(first.expression));
    }
  }
  return [...new Set(parts)].filter((part) => !CONSTANT.test(part)).sort();
}

/** All that speaks to the user's database; `demo` makes a database of its own. */
function files(): readonly string[] {
  return ["postgres", "app", "bootstrap", "cli", "doctor"].flatMap((room) =>
    readdirSync(join("src", room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => join("src", room, name)),
  );
}

/** Spans count from the first token; comments before it are not counted. */
function firstByte(source: Buffer): number {
  const head = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(source.toString("utf8"))?.[0] ?? "";
  return Buffer.byteLength(head);
}

it("puts nothing into the text of a statement but constants and what was reviewed", () => {
  const found = Object.fromEntries(
    files()
      .map((path) => [path, partsIn(readFileSync(path))] as const)
      .filter(([, parts]) => parts.length > 0),
  );
  const reviewed = Object.fromEntries(
    Object.entries(REVIEWED).map(([path, parts]) => [path, Object.keys(parts).sort()]),
  );
  expect(found).toEqual(reviewed);
});

it("finds what is put together by template, by plus, and behind a name", () => {
  const source = Buffer.from(
    `const A = "a";
    database.query(\`SELECT \${A} FROM t WHERE x = \${given}\`);
    database.query("DELETE FROM " + table);
    database.execute(made);`,
  );
  expect(partsIn(source)).toEqual(['"DELETE FROM " + table', "given", "made"]);
});

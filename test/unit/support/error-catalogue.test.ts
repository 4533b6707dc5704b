/** docs/errors.md: `UPDATE_DOCS=1 npx vitest run test/unit/support` writes its first table; the second is compared with the code. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { ERRORS } from "../../../src/support/error-catalogue.ts";
import { refusalError } from "../../../src/transports/grpc/failures.ts";
import { sendProblem } from "../../../src/transports/http/problem.ts";

const PATH = "docs/errors.md";
const START =
  "<!-- made from src/support/error-catalogue.ts: UPDATE_DOCS=1 npx vitest run test/unit/support -->";
const END = "<!-- until here -->";

const withLinks = (text: string): string =>
  text.replace(/docs\/([\w-]+\.md)/g, "[$1]($1)").replaceAll("|", "\\|");

function table(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { meaning, advice }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${withLinks(meaning)} | ${withLinks(advice)} |`,
  );
  return ["| code | meaning | what to do |", "| --- | --- | --- |", ...rows].join("\n");
}

it("docs/errors.md says of every code what the code says", () => {
  const page = readFileSync(PATH, "utf8");
  const [before = "", rest = ""] = page.split(START);
  const [, after = ""] = rest.split(END);
  const wanted = `${before}${START}\n\n${table()}\n\n${END}${after}`;
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, wanted);
  else expect(page).toBe(wanted);
});

it("every code says what to do, in sentences, and is used somewhere", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("error-catalogue.ts"))
    .map((name) => readFileSync(`src/${name}`, "utf8"))
    .join("\n");
  for (const [code, { meaning, advice }] of Object.entries(ERRORS)) {
    for (const text of [meaning, advice]) expect(text, code).toMatch(/^[A-Z`].*[.)]$/);
    expect(sources, code).toMatch(new RegExp(`["'.]${code}\\b`));
  }
});

interface Row {
  readonly reason: string;
  readonly http: number;
  readonly grpc: string;
}

const ROWS: readonly Row[] = [
  ...readFileSync(PATH, "utf8").matchAll(
    /^\| <a id="\w+"><\/a>`([a-z_]+)` *\| (\d+)[^|]*\| *([A-Z_]*) *\|/gm,
  ),
].map(([, reason = "", http = "", grpc = ""]) => ({ reason, http: Number(http), grpc }));

/** What HTTP answers with for a reason; `undefined`: it is none of the sync port's. */
function statusOf(reason: string): number | undefined {
  let status: number | undefined;
  const response = { statusCode: 0, setHeader: () => undefined, end: () => undefined };
  try {
    // A reason of the management port has no entry there, and is thrown at.
    status = sendProblem({ method: "GET" } as never, response as never, {
      reason: reason as never,
      detail: "",
    });
  } catch {
    status = undefined;
  }
  return status;
}

it("docs/errors.md says of every refusal the status and the code that it is told with", () => {
  expect(ROWS.length).toBeGreaterThan(20);
  const folder = "src/transports/management";
  const management = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [
      ...readFileSync(`${folder}/${name}`, "utf8").matchAll(/status: (\d+),\s+reason: "(\w+)"/g),
    ]);
  const told = new Map(management.map(([, status, reason = ""]) => [reason, Number(status)]));
  for (const { reason, http, grpc } of ROWS) {
    expect([reason, statusOf(reason) ?? told.get(reason)]).toEqual([reason, http]);
    const { code } = refusalError({ reason: reason as never, message: "" });
    // The reasons of other ports have no code, which Connect says as UNKNOWN.
    if (code === Code.Unknown) continue;
    expect([reason, Code[code].replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase()]).toEqual([reason, grpc]);
  }
});

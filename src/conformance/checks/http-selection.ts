import type { Bench } from "../bench.ts";
import type { HttpAnswer } from "../client/http-exchange.ts";
import { isEmptyDocument, sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";
import { FLAGD, servedWell } from "./http-served.ts";
import { UNKNOWN_KEY_SELECTOR } from "./selectors.ts";

/** A byte that is no UTF-8: the one way in which any server can find a header malformed. */
const NOT_UTF8 = "flagSetId=\xff";

async function variesBySelector(bench: Bench): Promise<string> {
  const { vary = "" } = (await servedWell(bench)).headers;
  demand(vary === "*" || /\bflagd-selector\b/i.test(vary), `Vary: ${vary || "missing"}`);
  return `Vary: ${vary}`;
}

const bySelector = (bench: Bench, selector: string): Promise<HttpAnswer> =>
  bench.http({ headers: { "flagd-selector": selector } });

async function tellsUnknownFilter(bench: Bench): Promise<string> {
  await servedWell(bench);
  const { status } = await bySelector(bench, UNKNOWN_KEY_SELECTOR);
  demand(status === 400 || status === 404, `status ${status}`);
  return `status ${status}`;
}

async function tellsUnknownSet(bench: Bench): Promise<string> {
  await servedWell(bench);
  const { status, body } = await bySelector(bench, bench.settings.unknownSelector);
  const empty = status === 200 && isEmptyDocument(body.toString());
  demand(empty || status === 403 || status === 404, `status ${status}, ${shortly(body.toString())}`);
  return empty ? "200 and an empty document" : `status ${status}`;
}

async function tellsExactly(bench: Bench, selector: string, wanted: number): Promise<string> {
  await servedWell(bench);
  const { status } = await bySelector(bench, selector);
  demand(status === wanted, `status ${status}`);
  return `status ${status}`;
}

async function unknownSetIsEmpty(bench: Bench): Promise<string> {
  await servedWell(bench);
  const { status, body } = await bySelector(bench, bench.settings.unknownSelector);
  demand(status === 200 && isEmptyDocument(body.toString()), `status ${status}, ${shortly(body.toString())}`);
  return "200 and an empty document";
}

async function asksForKey(bench: Bench): Promise<string> {
  const { target, unknownCredentials } = bench.settings;
  needs(unknownCredentials !== undefined, "no --key was given");
  needs(target.tls?.cert === undefined, "the client certificate may be a credential too");
  await servedWell(bench);
  const bare = await bench.http({}, {});
  const unknown = await bench.http({}, unknownCredentials);
  for (const { status, body } of [bare, unknown]) {
    demand(
      status === 401 && !sameDocument(body.toString(), (await servedWell(bench)).body.toString()),
      `status ${status}`,
    );
  }
  return "401 without a key and with an unknown one";
}

/** `/v1/flags`: whose flags, and for whom. */
export const HTTP_SELECTION: readonly Requirement[] = [
  {
    id: "HTTP-009",
    title: "Vary names Flagd-Selector",
    level: "should",
    source: "RFC 9110, section 12.5.5; flagd sends it",
    phase: "quiet",
    check: variesBySelector,
  },
  {
    id: "HTTP-010",
    title: "A selector with an unknown key is 400 or 404",
    level: "must",
    source: FLAGD,
    phase: "quiet",
    check: tellsUnknownFilter,
  },
  {
    id: "HTTP-011",
    title: "An unknown flag set is an empty document, 403 or 404, never other flags",
    level: "must",
    source: FLAGD,
    phase: "quiet",
    check: tellsUnknownSet,
  },
  {
    id: "HTTP-012",
    title: "A selector that is no UTF-8 is 400",
    level: "should",
    only: ["flagd"],
    source: FLAGD,
    phase: "quiet",
    check: (bench) => tellsExactly(bench, NOT_UTF8, 400),
  },
  {
    id: "HTTP-013",
    title: "A selector with an unknown key is 404",
    level: "should",
    only: ["flagd"],
    source: FLAGD,
    phase: "quiet",
    check: (bench) => tellsExactly(bench, UNKNOWN_KEY_SELECTOR, 404),
  },
  {
    id: "HTTP-014",
    title: "An unknown flag set is 200 with an empty document",
    level: "should",
    only: ["flagd"],
    source: FLAGD,
    phase: "quiet",
    check: unknownSetIsEmpty,
  },
  {
    id: "HTTP-015",
    title: "A selector with an unknown key is 400, and a flag set that the key does not open is 404",
    level: "must",
    only: ["flagsmith-flagd"],
    source: "docs/keys.md; docs/errors.md, malformed_selector and wrong_flag_set",
    phase: "quiet",
    check: async (bench) => {
      await tellsExactly(bench, UNKNOWN_KEY_SELECTOR, 400);
      return tellsExactly(bench, bench.settings.unknownSelector, 404);
    },
  },
  {
    id: "HTTP-016",
    title: "Without a key, or with an unknown one, it is 401",
    level: "must",
    source: "RFC 9110, section 15.5.2",
    phase: "quiet",
    check: asksForKey,
  },
];

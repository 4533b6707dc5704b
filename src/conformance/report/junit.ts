import type { Result } from "../suite.ts";
import { countOutcomes, type ReportHead } from "./summary.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};

/** XML 1.0 knows no other control characters, not even escaped; a server may send any. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"\n\t\r]/g, (character) => ENTITIES[character] ?? character);
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function testCase({ requirement, outcome, detail, tookMs }: Result): string {
  const { id, title, level, source } = requirement;
  const [area = ""] = id.split("-");
  const attributes = `classname="conformance.${area}" name="${escapeXml(`${id} (${level}) ${title}`)}" time="${seconds(tookMs)}"`;
  const message = escapeXml(detail);
  const body = {
    passed: `<system-out>${message}</system-out>`,
    failed: `<failure message="${message}">${escapeXml(`source: ${source}`)}</failure>`,
    skipped: `<skipped message="${message}"/>`,
  }[outcome];
  return `    <testcase ${attributes}>${body}</testcase>`;
}

/** The report as the XML that CI systems read. */
export function renderJunit(head: ReportHead, results: readonly Result[]): string {
  const { failed, skipped } = countOutcomes(results);
  const counts = `tests="${results.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds(head.tookMs)}"`;
  const name = escapeXml(`flagd.sync.v1 conformance of ${head.target} (profile ${head.profile})`);
  const timestamp = new Date(head.startedAtMs).toISOString().replace(/Z$/, "");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${counts}>`,
    `  <testsuite name="${name}" timestamp="${timestamp}" ${counts}>`,
    ...results.map(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

import { CONSTRUCTS } from "../documents/constructs.ts";
import { BURSTS } from "../documents/try-constructs.ts";
import type { Agreement, ClientResult, OlderResult, Taken } from "../results.ts";
import { table } from "./table.ts";

const WORDS: Readonly<Record<Taken, string>> = {
  taken: "yes",
  flag: "**that flag fails**",
  refused: "**refuses the document**",
};

/** What each client takes. */
export function constructTable(results: readonly ClientResult[]): string {
  const tried = results.filter(({ documents }) => documents !== undefined);
  return table(
    ["a document with", "we send it", ...tried.map(({ title }) => title)],
    CONSTRUCTS.map(({ name, sent }) => [
      name,
      sent ? "yes" : "no",
      ...tried.map(({ documents }) => WORDS[documents?.taken[name] ?? "refused"]),
    ]),
  );
}

/** Whether the last document of a burst stays. */
export function burstTable(results: readonly ClientResult[]): string {
  const tried = results.flatMap(({ title, documents }) =>
    documents === undefined ? [] : [{ title, documents }],
  );
  return table(
    ["client", "bursts", "held the last document"],
    tried.map(({ title, documents: { burstsHeld } }) => [
      title,
      String(BURSTS),
      burstsHeld === BURSTS ? "always" : `**${burstsHeld} of ${BURSTS}**`,
    ]),
  );
}

/** One column of answers. */
function agreed({ asked, same, open, narrowed, different }: Agreement): readonly string[] {
  return [asked, same, open, narrowed, different].map((count) => count.toLocaleString("en"));
}

/** Answers about the sample environment and the generated ones. */
export function agreementTable(results: readonly ClientResult[]): string {
  const rows = results.flatMap(({ title, package: name, version, answers, agreement }) => [
    [`${title}, ${name} ${version}`, "the sample, before and after changes", ...agreed(answers)],
    ...(agreement === undefined
      ? []
      : [[`${title}, ${name} ${version}`, `${agreement.environments} generated`, ...agreed(agreement)]]),
  ]);
  return table(["engine", "environments", "answers", "same", "open", "narrowed", "**different**"], rows);
}

function refusedBy({ documents }: OlderResult): string {
  const sent = CONSTRUCTS.filter((one) => one.sent && documents?.taken[one.name] !== "taken");
  return sent.map(({ name }) => name).join("; ") || "nothing";
}

/** Older versions. */
export function olderTable(older: readonly OlderResult[]): string {
  return table(
    ["client", "version", "follows", "wrong answers", "key seen as", "does not take", "bursts held"],
    older.map((one) => [
      one.name,
      one.version,
      one.missing === undefined
        ? one.answers === undefined
          ? "**no**"
          : "yes"
        : "not tried: it cannot be had",
      one.answers === undefined ? "" : one.answers.different === 0 ? "none" : `**${one.answers.different}**`,
      one.documents?.keySentAs.join(", ") ?? "",
      one.documents === undefined ? "" : refusedBy(one),
      one.documents === undefined ? "" : `${one.documents.burstsHeld} of ${BURSTS}`,
    ]),
  );
}

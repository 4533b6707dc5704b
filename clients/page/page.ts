import { BURST } from "../documents/try-constructs.ts";
import { RECIPES } from "../recipes/all.ts";
import type { ClientResult, Recorded } from "../results.ts";
import { CAVEATS } from "./caveats.ts";
import { agreementTable, burstTable, constructTable, olderTable } from "./documents.ts";
import { faultTable, rotationTable } from "./faults.ts";
import { snippetOf } from "./snippet.ts";
import { seconds, table } from "./table.ts";

/** The whole of docs/clients.md. */
export function clientsPage({ clients, older }: Recorded): string {
  const results = RECIPES.flatMap(({ name }) => clients[name] ?? []);
  return `${[
    INTRODUCTION,
    matrix(results),
    LIMITS,
    "## What they live through\n",
    FAULTS,
    faultTable(results),
    "\n## When the key goes\n",
    ROTATION,
    rotationTable(results),
    "\n## What a document may contain\n",
    CONSTRUCTS_INTRODUCTION,
    constructTable(results),
    "\n### Bursts\n",
    BURSTS_INTRODUCTION,
    burstTable(results),
    "\n### Older versions\n",
    OLDER,
    olderTable(older),
    "\n## The same answers\n",
    ANSWERS,
    agreementTable(results),
    "\n## How each one connects\n",
    ...results.map(connects),
  ].join("\n")}\n`;
}

function matrix(results: readonly ClientResult[]): string {
  return table(
    ["client", "package", "version", "works", "key seen on the wire as", "change to answer", "tried"],
    results.map((one) => {
      const works = one.answers.different === 0 && one.changes.count > 0 && one.rotation.newKeyWorks;
      const { medianMs, mostMs } = one.changes;
      return [
        one.title,
        `${one.registry}: \`${one.package}\``,
        one.version,
        works ? "yes" : "**no**",
        one.documents?.keySentAs.join(", ") ?? "",
        `${seconds(medianMs)} (at most ${seconds(mostMs)})`,
        one.date,
      ];
    }),
  );
}

function connects({ name, title }: ClientResult): string {
  const recipe = RECIPES.find((one) => one.name === name);
  if (recipe === undefined) return "";
  const { file, language } = recipe.snippet;
  const caveats = (CAVEATS[name] ?? []).map((caveat) => `- ${caveat}`);
  return [
    `### ${title}\n`,
    ...caveats,
    "",
    `From \`clients/${file}\`:\n`,
    `\`\`\`${language}`,
    snippetOf(file),
    "```\n",
  ].join("\n");
}

const INTRODUCTION = `# Clients

What real clients make of this server: published packages, started as their users start them, on real sockets. This page is written by
\`npm run clients -- --record\`, from \`clients/recorded.json\`; \`clients/page\` has its words, the snippets are the programs that ran.

    npm run clients                                # everything; a language whose tool chain is missing is skipped, loudly
    npm run clients -- --only node,python --quick  # without the documents and the generated environments
    npm run clients -- --older                     # older versions of the clients
    npm run clients -- --prepare                   # only installs and builds, in ~/.cache/flagsmith-flagd

All of them follow the same environment of the demo through one address. _Change to answer_ is the time from the commit in
Flagsmith's database to the first new answer of the program, on two cores that run all the clients at once: a comparison, not a promise.
`;

const LIMITS = `
The key goes as selector where no header can be sent ([keys.md](keys.md)). 4 MiB is the most that most clients take and cannot be
raised there: the server holds larger documents back (\`MAX_DOCUMENT_BYTES\`). Recommended everywhere: a stream deadline of 0 and keepalive
pings of 30 s, as in the snippets; with the default of 600 s every client is without a stream for its back-off every ten minutes.
`;

const FAULTS = `How long after the end of the fault the first answer came that only a live stream can give, and which events the program saw. Every
program was asked the same all the time, and never answered anything else.
`;

const ROTATION = `A new key is made, and the one that the clients hold is deleted: their streams end with UNAUTHENTICATED. Make the new key, start the
clients with it, and delete the old one then; a client that is left over keeps the flags that it has and gets no new ones.
`;

const CONSTRUCTS_INTRODUCTION = `Tried one by one, in a document with one flag. "We send it" says what our translation writes. The oldest clients that take all of
that are Node 0.13.2, Python 0.2.7, Java 0.11.8 and Rust 0.3.0 ([older versions](#older-versions)): there is no setting for older ones,
since nothing could be left out for them: Node 0.10.4 never asks this server for flags, Node 0.13.1 refuses every way to write "the
caller's default" and answers flags with targeting wrongly, and Python before 0.2.7 does not come to follow (0.2.2 stops where GetMetadata is
UNIMPLEMENTED, the one answer that all later ones take).

Off in Flagsmith is written \`"defaultVariant": ""\`, and not null or left out, for Rust: it refuses the whole document otherwise.
`;

const BURSTS_INTRODUCTION = `${BURST} different documents of the sample (23 KB) in a row, 20 ms apart, as a script makes that changes flag after flag. A client may skip
what is in between; the last one has to stay.

flagd's Java provider works a document off in a fifth of a second, lets five wait and drops what comes then: the newest. Unpaced, none of
the three versions that were tried held the last document after any of three such bursts; they answered from an older one until the next change. So
streams whose user agent is \`grpc-java\` get at most three documents at once, then one for each that they should have worked off by now (0.2 s, and 20 s per MB), always the
newest: a single change is as fast as ever, and of a burst what is in between is left out. No pace is certain: on a machine several times slower than
ours the last one can still be lost, as it can with another server, or behind a proxy that hides the user agent. A stream deadline
(\`streamDeadlineMs\`) makes the client fetch the newest document anew.
`;

const OLDER = `What our documents meet in older versions of the three clients that have some.
`;

const ANSWERS = `Every flag for every person, through the client, against Flagsmith's answer (by the model that [parity.md](parity.md) holds against Flagsmith's
own engines). **Same**: Flagsmith's answer. **Open**: several are right, since a percentage decides. **Narrowed**: a warning of the
translation announced it. **Different**: none of these. The generated environments are as odd as those of \`npm run parity\`, which asks
seven engines a hundred thousand times; here they go through the sockets and the OpenFeature API of each client.
`;

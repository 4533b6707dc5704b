// `node scripts/release-notes.mjs 1.2.3`: prints the changelog's section of a version that is about to be released, and fails
// if package.json, the lock file, the chart and the changelog do not all say that version.
import { readFileSync } from "node:fs";

const CHART = "deploy/kubernetes/flagsmith-flagd/Chart.yaml";
const [, , version = ""] = process.argv;
const read = (path) => readFileSync(path, "utf8");
const lock = JSON.parse(read("package-lock.json"));
const chart = read(CHART);

/** The text below `## <version>, <date>` up to the next such line. */
function sectionOf(changelog) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[,\n]/)[0] === version);
  return section?.slice(section.indexOf("\n")).trim();
}

const section = sectionOf(read("CHANGELOG.md"));
const said = {
  "package.json": JSON.parse(read("package.json")).version,
  "package-lock.json": lock.version,
  "package-lock.json, its root package": lock.packages[""].version,
  [`${CHART}, version`]: /^version: "?([^"\n]+)"?$/m.exec(chart)?.[1],
  [`${CHART}, appVersion`]: /^appVersion: "?([^"\n]+)"?$/m.exec(chart)?.[1],
};
const wrong = Object.entries(said).filter(([, text]) => text !== version);
for (const [place, text] of wrong) console.error(`${place} says ${text}, not ${version}`);
if (!section) console.error(`CHANGELOG.md has nothing under \`## ${version}, <date>\``);
if (section && wrong.length === 0) console.log(section);
else process.exitCode = 1;

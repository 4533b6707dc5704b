import type { Requirement } from "../requirement.ts";

const profilesOf = ({ only }: Requirement): string => only?.join(", ") ?? "all";

/** The requirements for a terminal, with their sources. */
export function renderList(requirements: readonly Requirement[]): string {
  return requirements
    .map((requirement) => {
      const { id, level, title, source, only } = requirement;
      const profile = only === undefined ? "" : `\n    profile: ${profilesOf(requirement)}`;
      return `${id}  ${level}  ${title}\n    source: ${source}${profile}`;
    })
    .join("\n");
}

/** The requirements as a table of docs/conformance.md. */
export function renderPage(requirements: readonly Requirement[]): string {
  const rows = requirements.map(
    (requirement) =>
      `| <a id="${requirement.id.toLowerCase()}"></a>\`${requirement.id}\` | ${requirement.level} | ${profilesOf(requirement)} | ${requirement.title} | ${requirement.source} |`,
  );
  return [
    "| id | level | profile | requirement | source |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

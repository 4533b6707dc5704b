/**
 * Runs of characters outside `[A-Za-z0-9_-]` become `-`; `-` and `_` are trimmed at the ends; `fallback` if nothing is
 * left (translation.md, Document).
 */
export function slugify(name: string, fallback: string): string {
  const slug = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  return slug === "" ? fallback : slug;
}

/** The flag set id of an environment; never empty, since flagd drops every flag of an empty one (facts/flagd.md, 2). */
export function flagSetIdOf(
  project: { id: number; name: string },
  environment: { id: number; name: string },
): string {
  return `${slugify(project.name, `project-${project.id}`)}/${slugify(environment.name, `environment-${environment.id}`)}`;
}

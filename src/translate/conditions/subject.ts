import { parseJsonPath } from "./json-path.ts";

/** What a condition's property names, once paths are resolved (facts/flagsmith.md, section 9). */
export type Subject =
  | { readonly kind: "trait"; readonly name: string }
  /** The identifier as flagd's `targetingKey`. */
  | { readonly kind: "identifier" }
  /** `<environment key>_<identifier>`. */
  | { readonly kind: "identityKey" }
  /** Known when translating. */
  | { readonly kind: "constant"; readonly text: string }
  /** Nothing that Flagsmith could find. */
  | { readonly kind: "missing" }
  /** Flagsmith may find something, but no expression of ours does. */
  | { readonly kind: "inexpressible" };

/**
 * Resolves a property. A trait that is literally named like a path would win in Flagsmith; it is not considered, since
 * who has such a trait is unknown when translating.
 */
export function subjectOf(
  property: string | null,
  environment: { readonly name: string; readonly key: string },
): Subject {
  if (property === null || property === "") return { kind: "missing" };
  if (!property.startsWith("$.")) return { kind: "trait", name: property };
  const path = parseJsonPath(property);
  if (path === "unparsable") return { kind: "trait", name: property };
  if (path === "unsupported") return { kind: "inexpressible" };
  const [root, member, ...deeper] = path;
  if (root === "identity" && member === "traits") {
    const [name, ...below] = deeper;
    return name === undefined || below.length > 0 ? { kind: "missing" } : { kind: "trait", name };
  }
  if (deeper.length > 0) return { kind: "missing" };
  switch (`${root}.${member}`) {
    case "identity.identifier":
      return { kind: "identifier" };
    case "identity.key":
      return { kind: "identityKey" };
    case "environment.name":
      return { kind: "constant", text: environment.name };
    case "environment.key":
      return { kind: "constant", text: environment.key };
    default:
      return { kind: "missing" };
  }
}

/**
 * Who asks on the admin side: a user of Flagsmith by token, or a master API key of an organisation
 * (facts/flagsmith.md, section 5). Neither holds a secret.
 */
export type Principal =
  | { readonly kind: "user"; readonly userId: number; readonly email: string }
  | {
      readonly kind: "master_key";
      /** The public part of the key, unique. */
      readonly prefix: string;
      readonly organisationId: number;
      /** Keys that are no admins have their rights from Flagsmith's enterprise roles, which are not in this database. */
      readonly isAdmin: boolean;
    };

/** What somebody may do with a project's integrations. `admin` may also do what `viewer` may. */
export type ProjectRole = "admin" | "viewer" | "none";

/** How a principal may be named in a log. */
export function nameOf(principal: Principal): string {
  return principal.kind === "user" ? `user ${principal.userId}` : `master key ${principal.prefix}`;
}

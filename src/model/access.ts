/** One server-side environment key as stored; the key itself is replaced by its SHA-256 as soon as it was read. */
export interface EnvironmentKeyRecord {
  /** SHA-256 of the key, hex. */
  readonly keyHash: string;
  /** The key's last four characters: all that a log or page may show. */
  readonly lastFour: string;
  readonly active: boolean;
  /** Epoch milliseconds by the database's clock; `null`: never. */
  readonly expiresAtMs: number | null;
}

/** Why an environment cannot be served although its rows exist. */
export type Obstacle = "project_not_enabled" | "organisation_stopped" | "edge_project";

/** What is known of one live environment (nothing above it is soft-deleted) without reading its flags. */
export interface DirectoryEntry {
  readonly environmentId: number;
  readonly projectId: number;
  readonly organisationId: number;
  /** `<project-slug>/<environment-slug>`. */
  readonly flagSetId: string;
  /** SHA-256 of the client-side key, hex: such a key is known, and refused. */
  readonly clientKeyHash: string;
  readonly keys: readonly EnvironmentKeyRecord[];
  /** `null`: documents are built and served. */
  readonly obstacle: Obstacle | null;
  /** A clone is still being filled by Flagsmith. */
  readonly creating: boolean;
}

/** Credentials and wishes as a request carries them, before anything was checked (design decision 4). */
export interface RequestCredentials {
  readonly environmentKeyHeader: string | undefined;
  readonly authorizationHeader: string | undefined;
  /** The header `flagd-selector`; present but empty still beats the request's field. */
  readonly selectorHeader: string | undefined;
  readonly selectorField: string | undefined;
  readonly providerId: string | undefined;
}

/** Why a request is refused; each transport words it in its own codes. */
export type RefusalReason =
  | "missing_key"
  | "unknown_key"
  | "client_side_key"
  | "organisation_stopped"
  | "edge_project"
  | "project_not_enabled"
  | "wrong_flag_set"
  | "malformed_selector"
  | "document_too_large";

/** The answer to "may this request read, and what?". */
export type AccessDecision =
  | {
      readonly granted: true;
      readonly environmentId: number;
      /** Which key opened the door: its hash, to end the stream when the key goes. */
      readonly keyHash: string;
      readonly lastFour: string;
    }
  | { readonly granted: false; readonly reason: RefusalReason; readonly message: string };

/** Why an open stream is ended by us. A stream never ends with OK (design decision 2). */
export type StreamEnd =
  | { readonly kind: "draining" }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly message: string };

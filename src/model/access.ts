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

/** One master API key of an organisation that is neither revoked nor deleted. Only Flagsmith's own hash of it is known. */
export interface MasterKeyRecord {
  /** The public part of the key, unique. */
  readonly prefix: string;
  /** `pbkdf2_sha256$<iterations>$<salt>$<base64>`, of the whole key. */
  readonly hashedKey: string;
  readonly organisationId: number;
  /** Flagsmith has stopped serving flags for the organisation. */
  readonly organisationStopped: boolean;
  /** Keys that are no admins have their rights from Flagsmith's enterprise roles, which are not in this database. */
  readonly isAdmin: boolean;
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

/** Where a request comes from, as its connection tells. */
export interface RequestOrigin {
  /** The client's address: the socket's, or what a trusted proxy says of it. */
  readonly address: string;
  /** Whether it came over TLS. */
  readonly encrypted: boolean;
  /** URIs and DNS names of the client certificate, if one was presented and verified. */
  readonly certificateNames: readonly string[];
}

/** Credentials and wishes as a request carries them, before anything was checked (design decision 4). */
export interface RequestCredentials {
  readonly environmentKeyHeader: string | undefined;
  readonly authorizationHeader: string | undefined;
  /** The header `flagd-selector`; present but empty still beats the request's field. */
  readonly selectorHeader: string | undefined;
  readonly selectorField: string | undefined;
  readonly providerId: string | undefined;
  /** Not given where it is not known. */
  readonly origin?: RequestOrigin | undefined;
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
  | "ambiguous_flag_set"
  | "flag_set_needed"
  | "not_an_admin_key"
  | "master_keys_unreadable"
  | "busy"
  | "document_too_large"
  | "too_many_failures";

interface AnyGrant {
  readonly granted: true;
  /** Which key opened the door: its hash as the directory has it, to end the stream when the key goes. */
  readonly keyHash: string;
  readonly lastFour: string;
}

/** One environment may be read. */
export interface EnvironmentGrant extends AnyGrant {
  readonly environmentId: number;
}

/** Every environment of an organisation that is served may be followed, on one stream. */
export interface OrganisationGrant extends AnyGrant {
  readonly organisationId: number;
}

/** A request that may not read, with words for the one who sent it. They never repeat a key. */
export interface Refusal {
  readonly granted: false;
  readonly reason: RefusalReason;
  readonly message: string;
  /** Whole seconds after which asking again is worth it, where that is known. */
  readonly retryAfterSeconds?: number;
}

/** The answer to "may this request read, and what?". */
export type AccessDecision = EnvironmentGrant | OrganisationGrant | Refusal;

/** Where one document is asked for, all of an organisation's are no answer. */
export const FLAG_SET_NEEDED: Refusal = {
  granted: false,
  reason: "flag_set_needed",
  message:
    "a master API key opens many flag sets and this call answers with one: name it by the selector flagSetId=<project>/<environment>, or follow all with SyncFlags",
};

/** Why an open stream is ended by us. A stream never ends with OK (design decision 2). */
export type StreamEnd =
  | { readonly kind: "draining" }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly message: string };

import type { Revision } from "../../model/revision.ts";
import { sha256Hex, withoutKeys } from "../../support/secrets.ts";
import type { Grant } from "./board.ts";
import type { StreamEndReason } from "./observer.ts";

/** Who opened a SyncFlags stream, as far as it told. */
export interface FollowerDetails {
  /** `undefined`: it follows all environments of an organisation. */
  readonly environmentId: number | undefined;
  /** The key's last four characters. */
  readonly lastFour: string;
  /** The address that the connection comes from. */
  readonly peer: string;
  readonly userAgent: string | undefined;
  /** Never a key. */
  readonly providerId: string | undefined;
  readonly transport: "grpc" | "grpc-web" | "connect";
}

/** Is told what one stream was sent. Called in the middle of every push: no call may cost more than a few assignments. */
export interface FollowerRecord {
  /** A document was handed to the connection; the next one is only after {@link FollowerRecord.written}. */
  writing(revision: Pick<Revision, "environmentId" | "flagSetId" | "hash" | "emptied">): void;
  /** The connection took it: it is with the kernel, or on its way. */
  written(): void;
  /** The stream is over. */
  gone(reason: StreamEndReason): void;
}

/** Keeps a record of every open SyncFlags stream, so that an operator can be told who holds what. */
export interface FollowerRecords {
  opened(details: FollowerDetails): FollowerRecord;
}

/** A client may call itself anything; so much of it is kept. */
const MOST_CHARACTERS = 200;

/** The one environment of a grant that opens one. */
export function environmentOf(grant: Grant): number | undefined {
  return "environmentId" in grant ? grant.environmentId : undefined;
}

/** What a client calls itself, bounded, and without keys that somebody put there. */
export function shortName(name: string | undefined): string | undefined {
  return name === undefined || name === "" ? undefined : withoutKeys(name).slice(0, MOST_CHARACTERS);
}

/** Some clients can only send their key as the provider's id (design decision 4): then it is no name. */
export function nameOfProvider(providerId: string, { keyHash }: Pick<Grant, "keyHash">): string | undefined {
  const isKey = providerId.startsWith("ser.") || sha256Hex(providerId) === keyHash;
  return isKey ? undefined : shortName(providerId);
}

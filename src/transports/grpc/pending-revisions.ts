import type { Revision } from "../../model/revision.ts";
import type { Grant } from "./board.ts";
import { LatestSlot, type Pending } from "./latest-slot.ts";
import { LatestSlots } from "./latest-slots.ts";

const hashOf = (revision: Revision): string => revision.hash;
const flagSetOf = (revision: Revision): string => revision.flagSetId;

/** For a stream that is not let in yet: it is offered nothing. */
export const NOTHING_PENDING: Pending<Revision> = { put: () => undefined, take: () => undefined };

/** Room for what a stream has not sent yet: one revision, or for an organisation one of each flag set. */
export function pendingFor(grant: Grant): Pending<Revision> {
  return "organisationId" in grant ? new LatestSlots(flagSetOf, hashOf) : new LatestSlot(hashOf);
}

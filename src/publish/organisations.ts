import type { Revision } from "../model/revision.ts";
import { emptiedRevision } from "./emptied-revision.ts";
import type { Follower } from "./followings.ts";

/** Whose flag set it was. */
type Shown = Pick<Revision, "environmentId" | "projectId" | "flagSetId">;

/** Where an environment belongs. */
export interface EnvironmentPlace {
  readonly environmentId: number;
  readonly organisationId: number;
}

/** Flag sets of an organisation that went away and are still told to whoever comes. */
const MOST_GONE = 1_000;

interface Organisation {
  /** What each environment was shown as. */
  readonly shown: Map<number, Shown>;
  /** Flag sets that went away in the life of this process, by id, oldest first. */
  readonly gone: Map<string, Shown>;
}

/**
 * What the followers of a whole organisation see: each flag set's newest revision, and an emptied one when the set goes
 * away. Where environments have the same flag set id, which flagd cannot keep apart, the oldest one has it.
 */
export class Organisations {
  readonly #organisations = new Map<number, Organisation>();
  #organisationOf: ReadonlyMap<number, number> = new Map();
  readonly #current: (environmentId: number) => Revision | undefined;
  readonly #offer: (organisationId: number, revision: Revision) => void;

  constructor(options: {
    /** The newest revision of an environment, if it is shown. */
    readonly current: (environmentId: number) => Revision | undefined;
    /** Shows a revision to all who follow the organisation. */
    readonly offer: (organisationId: number, revision: Revision) => void;
  }) {
    this.#current = options.current;
    this.#offer = options.offer;
  }

  /** Takes all environments as they are now. One that moved to another organisation goes away in the first. */
  arrange(places: Iterable<EnvironmentPlace>): void {
    const before = this.#organisationOf;
    this.#organisationOf = new Map(
      [...places].map(({ environmentId, organisationId }) => [environmentId, organisationId]),
    );
    for (const [environmentId, organisationId] of before) {
      const now = this.#organisationOf.get(environmentId);
      if (now === organisationId) continue;
      this.#leave(organisationId, environmentId);
      const revision = this.#current(environmentId);
      if (now !== undefined && revision !== undefined) this.show(revision);
    }
  }

  /** A new revision of an environment; where its flag set has another name than before, the old one goes away. */
  show(revision: Revision): void {
    const { environmentId, projectId, flagSetId } = revision;
    const organisationId = this.#organisationOf.get(environmentId);
    if (organisationId === undefined) return;
    const organisation = this.#organisation(organisationId);
    const before = organisation.shown.get(environmentId)?.flagSetId;
    if (before !== undefined && before !== flagSetId) this.#leave(organisationId, environmentId);
    organisation.shown.set(environmentId, { environmentId, projectId, flagSetId });
    organisation.gone.delete(flagSetId);
    if (ownerOf(organisation, flagSetId) === environmentId) this.#offer(organisationId, revision);
  }

  /** An environment is no longer shown. */
  retire(environmentId: number): void {
    const organisationId = this.#organisationOf.get(environmentId);
    if (organisationId !== undefined) this.#leave(organisationId, environmentId);
  }

  /**
   * Offers all that a new follower has to know. Also what went away before: it may have been here then, and may still
   * hold the flags.
   */
  introduce(organisationId: number, follower: Follower): void {
    const organisation = this.#organisations.get(organisationId);
    if (organisation === undefined) return;
    for (const [flagSetId, shown] of organisation.gone) follower.offer(emptiedRevision(flagSetId, shown));
    const owners = new Map<string, number>();
    for (const [environmentId, { flagSetId }] of organisation.shown) {
      owners.set(flagSetId, Math.min(environmentId, owners.get(flagSetId) ?? environmentId));
    }
    for (const environmentId of owners.values()) {
      const revision = this.#current(environmentId);
      if (revision !== undefined) follower.offer(revision);
    }
  }

  #organisation(organisationId: number): Organisation {
    const organisation = this.#organisations.get(organisationId) ?? { shown: new Map(), gone: new Map() };
    this.#organisations.set(organisationId, organisation);
    return organisation;
  }

  #leave(organisationId: number, environmentId: number): void {
    const organisation = this.#organisation(organisationId);
    const shown = organisation.shown.get(environmentId);
    if (shown === undefined) return;
    const { flagSetId } = shown;
    organisation.shown.delete(environmentId);
    const heir = ownerOf(organisation, flagSetId);
    const inherited = heir === undefined ? undefined : this.#current(heir);
    if (inherited !== undefined) {
      this.#offer(organisationId, inherited);
      return;
    }
    organisation.gone.set(flagSetId, shown);
    const [oldest] = organisation.gone.keys();
    if (oldest !== undefined && organisation.gone.size > MOST_GONE) organisation.gone.delete(oldest);
    this.#offer(organisationId, emptiedRevision(flagSetId, shown));
  }
}

/** The environment that a flag set id stands for. */
function ownerOf({ shown }: Organisation, flagSetId: string): number | undefined {
  let owner: number | undefined;
  for (const [environmentId, { flagSetId: id }] of shown) {
    if (id === flagSetId && (owner === undefined || environmentId < owner)) owner = environmentId;
  }
  return owner;
}

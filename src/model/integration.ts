import type { Semantics } from "./environment.ts";

/** What a project chose, as the admin side shows it. */
export interface ProjectIntegration {
  readonly projectId: number;
  readonly enabled: boolean;
  readonly semantics: Semantics;
  readonly identityOverrideLimit: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
}

/** What may be chosen; a member left out keeps its value, or its default where there is none yet. */
export interface IntegrationChoice {
  readonly enabled?: boolean;
  readonly semantics?: Semantics;
  readonly identityOverrideLimit?: number;
}

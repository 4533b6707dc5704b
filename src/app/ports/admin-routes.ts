import type { FailureGate } from "../../access/failure-gate.ts";
import type { MasterKeyVerifier } from "../../access/master-keys.ts";
import type { RequestOrigin } from "../../model/access.ts";
import { nameOf } from "../../model/principal.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Database } from "../../postgres/connection/database.ts";
import {
  createIntegration,
  deleteIntegration,
  readIntegration,
  updateIntegration,
} from "../../postgres/own-tables/project-integration.ts";
import { roleInProject } from "../../postgres/reading/read-principal.ts";
import { type AdminRequest, type AdminResponse, createAdminRoutes } from "../../transports/admin/routes.ts";
import { hindrancesOf } from "./admin-hindrances.ts";
import { principalFinder } from "./identify-principal.ts";
import { slowingFinder } from "./slow-failures.ts";

/**
 * Puts the admin routes on a database. What they change reaches the pipeline by the trigger on our settings, as a change by
 * the CLI or by another replica does.
 */
export function createAdmin(
  database: Database,
  logger: Logger,
  { gate, verifier }: { readonly gate: FailureGate; readonly verifier: MasterKeyVerifier },
): (request: AdminRequest, response: AdminResponse, origin?: RequestOrigin) => boolean {
  return createAdminRoutes({
    identify: slowingFinder(principalFinder(database, verifier), gate),
    roleIn: (principal, projectId) => roleInProject(database, principal, projectId),
    integrations: {
      read: (projectId) => readIntegration(database, projectId),
      create: (projectId, choice) => createIntegration(database, projectId, choice),
      update: (projectId, choice) => updateIntegration(database, projectId, choice),
      delete: (projectId) => deleteIntegration(database, projectId),
    },
    changed: ({ by, projectId, action, integration }) => {
      const { enabled, semantics, identityOverrideLimit } = integration ?? {};
      logger.info(
        { by: nameOf(by), projectId, action, enabled, semantics, identityOverrideLimit },
        "the flagd integration of a project was changed",
      );
    },
    hindrance: hindrancesOf(logger),
    log: logger,
  });
}

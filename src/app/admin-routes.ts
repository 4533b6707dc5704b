import type { FailureGate } from "../access/failure-gate.ts";
import { MasterKeyVerifier } from "../access/master-keys.ts";
import type { RequestOrigin } from "../model/access.ts";
import { nameOf } from "../model/principal.ts";
import type { Logger } from "../observe/logger.ts";
import { isConnectionFailure } from "../postgres/connection-failure.ts";
import type { Database } from "../postgres/database.ts";
import {
  createIntegration,
  deleteIntegration,
  readIntegration,
  updateIntegration,
} from "../postgres/project-integration.ts";
import { roleInProject } from "../postgres/read-principal.ts";
import { type AdminRequest, type AdminResponse, createAdminRoutes } from "../transports/admin/routes.ts";
import { principalFinder } from "./identify-principal.ts";
import { slowingFinder } from "./slow-failures.ts";

/**
 * Puts the admin routes on a database. What they change reaches the pipeline by the trigger on our settings, as a change by
 * the CLI or by another replica does.
 */
export function createAdmin(
  database: Database,
  logger: Logger,
  gate: FailureGate,
): (request: AdminRequest, response: AdminResponse, origin?: RequestOrigin) => boolean {
  return createAdminRoutes({
    identify: slowingFinder(principalFinder(database, new MasterKeyVerifier()), gate),
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
    isAway: isConnectionFailure,
    log: logger,
  });
}

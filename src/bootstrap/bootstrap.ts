/**
 * bootstrap: from an empty Flagsmith to a key that flagd can use, without a click: organisation, project, environment, key, and
 * an administrator for the UI. For local development and demonstrations; whatever exists already is taken as it is.
 */
import type { Database, Queryable } from "../postgres/connection/database.ts";
import { chooseForProject } from "../postgres/own-tables/project-settings.ts";
import { codeOf, FlagsmithFlagdError, messageOf } from "../support/errors.ts";
import { djangoPassword } from "./django-password.ts";
import {
  findOrCreateAdmin,
  findOrCreateEnvironment,
  findOrCreateKey,
  findOrCreateOrganisation,
  findOrCreateProject,
} from "./find-or-create.ts";

/** What is to be there afterwards. */
export interface BootstrapOptions {
  readonly organisation: string;
  readonly project: string;
  readonly environment: string;
  readonly apiKeyName: string;
  /** The key's text; `undefined`: a random one, or the one that is there. */
  readonly apiKey: string | undefined;
  readonly adminEmail: string;
  readonly adminPassword: string;
}

/** What is there now. */
export interface Bootstrapped {
  readonly key: string;
  readonly projectId: number;
  readonly environmentId: number;
  /** The kinds of rows that were not there before. */
  readonly created: readonly string[];
}

/** Two runs at once, as of two containers, take turns. Any number that nobody else uses. */
const LOCK = 7_263_814_411;

const NOT_NULL_VIOLATION = "23502";
const UNIQUE_VIOLATION = "23505";
/** A table or column that a statement names is not there. */
const UNDEFINED = ["42P01", "42703"];
const TEXT_TOO_LONG = "22001";

/**
 * Makes all of it in one transaction, so that a failure leaves nothing half done. Our own schema must be there already.
 *
 * @throws FlagsmithFlagdError CONFIG_INVALID, BOOTSTRAP_UNSUPPORTED
 */
export async function bootstrap(database: Database, options: BootstrapOptions): Promise<Bootstrapped> {
  requireNames(options);
  if (options.apiKey !== undefined && !/^ser\.\S{4,96}$/.test(options.apiKey)) {
    throw new FlagsmithFlagdError(
      "CONFIG_INVALID",
      "a server-side key begins with `ser.`, has no spaces and at most 100 characters",
    );
  }
  const passwordHash = await djangoPassword(options.adminPassword);
  try {
    return await database.write((transaction) => makeAll(transaction, options, passwordHash));
  } catch (thrown) {
    throw explained(thrown);
  }
}

/** What Flagsmith's own forms refuse, too. */
function requireNames({
  organisation,
  project,
  environment,
  apiKeyName,
  adminEmail,
}: BootstrapOptions): void {
  const names = { organisation, project, environment, "api-key-name": apiKeyName };
  for (const [flag, name] of Object.entries(names)) {
    if (name.trim() === "") throw new FlagsmithFlagdError("CONFIG_INVALID", `--${flag} is empty`);
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(adminEmail)) {
    throw new FlagsmithFlagdError("CONFIG_INVALID", "--admin-email is no e-mail address");
  }
}

async function makeAll(
  transaction: Queryable,
  options: BootstrapOptions,
  passwordHash: string,
): Promise<Bootstrapped> {
  await transaction.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  const organisation = await findOrCreateOrganisation(transaction, options.organisation);
  const project = await findOrCreateProject(transaction, organisation.id, options.project);
  const environment = await findOrCreateEnvironment(transaction, project.id, options.environment);
  const { adminEmail: email } = options;
  const administrator = await findOrCreateAdmin(transaction, organisation.id, { email, passwordHash });
  const wish = { name: options.apiKeyName, wanted: options.apiKey };
  const key = await findOrCreateKey(transaction, environment.id, wish);
  await chooseForProject(transaction, project.id, { enabled: true });
  const made = { organisation, project, environment, administrator, key };
  return {
    key: key.key,
    projectId: project.id,
    environmentId: environment.id,
    created: Object.entries(made).flatMap(([kind, { created }]) => (created ? [kind] : [])),
  };
}

/** What Postgres refused, in words that help. */
function explained(thrown: unknown): unknown {
  const code = codeOf(thrown) ?? "";
  if (UNDEFINED.includes(code)) {
    return new FlagsmithFlagdError("BOOTSTRAP_UNSUPPORTED", messageOf(thrown), { cause: thrown });
  }
  switch (code) {
    case NOT_NULL_VIOLATION:
      return new FlagsmithFlagdError("BOOTSTRAP_UNSUPPORTED", messageOf(thrown), { cause: thrown });
    case TEXT_TOO_LONG:
      return new FlagsmithFlagdError("CONFIG_INVALID", `a name is too long: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    case UNIQUE_VIOLATION:
      return new FlagsmithFlagdError(
        "CONFIG_INVALID",
        "the key is another environment's already: choose another --api-key",
        { cause: thrown },
      );
    default:
      return thrown;
  }
}

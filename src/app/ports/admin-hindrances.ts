import type { Logger } from "../../observe/logger.ts";
import { isConnectionFailure } from "../../postgres/connection/connection-failure.ts";
import { codeOf, messageOf } from "../../support/errors.ts";
import type { Hindrance } from "../../transports/admin/routes.ts";

/** Tables, columns or a schema that are not there, or not for this role (SQLSTATE). */
const LACKING = /^(42501|42703|42P01|3F000)$/;

/** Seconds after which a right that was missing may have been given. */
const RIGHTS_RETRY_SECONDS = 60;

const ADVICE =
  "The owner of Flagsmith's tables gives it by `flagsmith-flagd migrate up --role NAME --with-admin`; `flagsmith-flagd doctor` names all that is missing.";

/**
 * Tells an outage, and a right or table that the admin side lacks, from faults of ours. What is lacking is logged once: whoever has
 * no token may ask as often as the log has lines.
 */
export function hindrancesOf(logger: Logger): (thrown: unknown) => Hindrance | undefined {
  const told = new Set<string>();
  return (thrown) => {
    if (isConnectionFailure(thrown)) {
      return { detail: "The database cannot be reached; try again.", retryAfterSeconds: 1 };
    }
    if (!LACKING.test(codeOf(thrown) ?? "")) return undefined;
    const error = messageOf(thrown);
    if (!told.has(error)) {
      told.add(error);
      logger.warn(
        { error, advice: ADVICE },
        "the admin REST lacks something in the database and answers 503",
      );
    }
    return {
      detail: `This server's role in the database lacks something that the admin REST needs. ${ADVICE}`,
      retryAfterSeconds: RIGHTS_RETRY_SECONDS,
    };
  };
}

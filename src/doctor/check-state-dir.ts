import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { requirePrivateFolder } from "../state/private-files.ts";
import { codeOf, messageOf } from "../support/errors.ts";
import { type Finding, found } from "./finding.ts";

const USABLE = constants.R_OK | constants.W_OK | constants.X_OK;

/** Looks at the folder, and if there is none at the one in which it would be made; makes and writes nothing. */
export async function checkStateDir(path: string | undefined): Promise<Finding> {
  if (path === undefined) return found("STATE_DIR_UNSET", "STATE_DIR is not set");
  try {
    await requirePrivateFolder(path);
    await access(path, USABLE);
    return found("STATE_DIR_USABLE", path);
  } catch (thrown) {
    if (codeOf(thrown) === "STATE_UNSAFE") return found("STATE_DIR_UNSAFE", messageOf(thrown));
    if (codeOf(thrown) !== "ENOENT") return found("STATE_DIR_UNWRITABLE", messageOf(thrown));
    return wouldBeMade(path);
  }
}

async function wouldBeMade(path: string): Promise<Finding> {
  for (let above = dirname(path); ; above = dirname(above)) {
    try {
      await access(above, constants.W_OK | constants.X_OK);
      return found("STATE_DIR_USABLE", `${path} will be made in ${above}`);
    } catch (thrown) {
      if (codeOf(thrown) !== "ENOENT" || above === dirname(above)) {
        return found("STATE_DIR_UNWRITABLE", messageOf(thrown));
      }
    }
  }
}

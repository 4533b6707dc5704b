import { chown, mkdtemp, rm } from "node:fs/promises";
import { type ProcessUser, unprivilegedUser } from "../../src/demo/cluster/unprivileged-user.ts";

/** A folder below /tmp for programs that do not run as root, and the user that they run as. */
export interface ScratchFolder {
  readonly path: string;
  readonly user: ProcessUser;
  remove(): Promise<void>;
}

/** The caller removes it. */
export async function makeScratchFolder(name: string): Promise<ScratchFolder> {
  const user = await unprivilegedUser();
  const path = await mkdtemp(`/tmp/flagsmith-flagd-${name}-`);
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
  return { path, user, remove: () => rm(path, { recursive: true, force: true }) };
}

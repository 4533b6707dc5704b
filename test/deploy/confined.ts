import { spawnSync } from "node:child_process";

/**
 * Begins a command line whose program sees a root file system that it cannot write to, has no root rights and cannot get
 * any: what `readOnlyRootFilesystem`, `runAsUser` and `allowPrivilegeEscalation: false` do. `undefined`, loudly, where
 * this process may not do that.
 */
export function confinement(user: string): readonly string[] | undefined {
  const [uid = "", gid = uid] = user.split(":");
  const script = `mount -o remount,ro,bind / && exec setpriv --reuid ${uid} --regid ${gid} --clear-groups --no-new-privs "$0" "$@"`;
  const prefix = ["unshare", "--mount", "sh", "-c", script];
  const [program = "", ...args] = prefix;
  const tried = spawnSync(program, [...args, "sh", "-c", `test "$(id -u)" = ${uid} && ! touch /tmp/probe`], {
    encoding: "utf8",
  });
  if (tried.status === 0) return prefix;
  console.warn(
    `SKIPPED for want of the right to unshare: the image as user ${uid}, read-only. ${tried.stderr}`,
  );
  return undefined;
}

import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import type { ProcessUser } from "./unprivileged-user.ts";

/** File in the cluster's folder that tells the keeper to leave the folder when Postgres has ended. */
export const KEEP_MARK = "keep";

/**
 * Stands between us and Postgres, in a session of its own: Ctrl-C reaches neither. Its standard input is a pipe of
 * ours: when the pipe closes, because we ask or because we are gone (kill -9 included), it stops Postgres and removes
 * the cluster. The signal is repeated, since Postgres still ignores it in its first milliseconds. Every process that
 * it starts it also waits for: where process 1 reaps nothing (containers) an orphan would stay for ever.
 * Arguments: folder, initdb, postgres, then the settings of Postgres.
 */
const KEEPER = `
trap '' HUP INT TERM
folder=$1 initdb=$2 postgres=$3
shift 3
cd "$folder" || exit 1
exec 3<&0 </dev/null
run() {
  "$@" 3<&- &
  child=$!
  (
    trap 'exit 0' USR1
    signal=INT
    read -r word <&3
    [ "$word" = crash ] && signal=QUIT
    while kill -s "$signal" "$child"; do sleep 0.1; done
  ) >/dev/null 2>&1 &
  watcher=$!
  wait "$child"
  code=$?
  kill -s USR1 "$watcher"
  wait "$watcher"
  return "$code"
}
code=0
if [ ! -e data/PG_VERSION ]; then
  run "$initdb" -D "$folder/data" --username=postgres --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --locale=C \\
    --locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync --no-instructions >/dev/null
fi
rm -f password
[ "$code" = 0 ] && run "$postgres" -D "$folder/data" "$@"
[ -e ${KEEP_MARK} ] || { cd /; rm -rf "$folder"; }
exit "$code"
`;

/** A demo has nothing to lose: no waiting for the disk. Everything that would need more than 127.0.0.1 is off. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_parallel_workers_per_gather: "0",
  jit: "off",
  log_checkpoints: "off",
  timezone: "UTC",
} as const;

/** What {@link spawnKeeper} needs. */
export interface KeeperOptions {
  readonly directory: string;
  readonly binaries: PostgresBinaries;
  readonly user: ProcessUser;
  readonly port: number;
}

/** A Postgres that is on its way up or already ended. */
export interface Keeper {
  /** Settles when it accepts connections; rejects with the last words of the log if it ends before. */
  readonly ready: Promise<void>;
  /** Settles when Postgres and the keeper have ended; carries the last words of the log. */
  readonly ended: Promise<string>;
  /** Asks for an orderly stop, or (`crash`) for one as if the power went; repeated calls do nothing. */
  stop(how?: "crash"): void;
  /** Ends the keeper, and by that Postgres, without any order. */
  kill(): void;
}

const LAST_WORDS_LENGTH = 2_000;

function keepLastWords(child: ChildProcess, onText: (text: string) => void): () => string {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-LAST_WORDS_LENGTH);
    onText(words);
  });
  return () => words.trim();
}

/** A running Postgres does not keep this process alive: it is the one that ends with us. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stderr]) {
    if (pipe instanceof Socket) pipe.unref();
  }
}

/** Starts Postgres in `directory`; makes the cluster first if there is none, with the password in its file `password`. */
export function spawnKeeper(options: KeeperOptions): Keeper {
  const { directory, binaries, user, port } = options;
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const child = spawn(
    "/bin/sh",
    ["-c", KEEPER, "keeper", directory, binaries.initdb, binaries.postgres, ...settings],
    {
      ...user,
      cwd: directory,
      detached: true,
      env: { PATH: process.env.PATH, LC_ALL: "C" },
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  child.stdin.on("error", () => undefined);
  let becameReady: () => void;
  const accepting = new Promise<void>((resolve) => {
    becameReady = resolve;
  });
  const lastWords = keepLastWords(child, (words) => {
    if (!words.includes("database system is ready to accept connections")) return;
    letGo(child);
    becameReady();
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(lastWords()));
  });
  const ready = Promise.race([
    accepting,
    ended.then((words) => {
      throw new Error(words);
    }),
  ]);
  ready.catch(() => undefined);
  return {
    ready,
    ended,
    stop: (how) => child.stdin.end(how === undefined ? "" : `${how}\n`),
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    },
  };
}

/** All followers of a run, in a process of their own: what they see does not depend on what the one that breaks things is busy with. */
import { answerQuestions } from "../../bench/processes/answer.ts";
import { holdingOf, type Truth } from "../record/holding.ts";
import type { Recording } from "../record/recording.ts";
import type { Follower, FollowerOptions } from "./follower.ts";
import { PollFollower } from "./poll-follower.ts";
import { StreamFollower } from "./stream-follower.ts";

const followers: Follower[] = [];

/** What was seen since then, with the message before it: the rules compare neighbours. */
function since({ seen, ...rest }: Recording, fromMs: number): Recording {
  const first = seen.findIndex(({ atMs }) => atMs >= fromMs);
  return { ...rest, seen: first === -1 ? seen.slice(-1) : seen.slice(Math.max(0, first - 1)) };
}

answerQuestions({
  start(options: readonly FollowerOptions[]) {
    for (const one of options) {
      followers.push(one.kind === "stream" ? new StreamFollower(one) : new PollFollower(one));
    }
  },
  /** Recordings that were open at or after `fromMs`, cut to what came since. */
  recordings: (fromMs: number) =>
    followers
      .flatMap(({ recordings }) => recordings)
      .filter(({ end }) => end === undefined || end.atMs >= fromMs)
      .map((recording) => since(recording, fromMs)),
  holding: (truth: Truth) =>
    holdingOf(
      followers.flatMap(({ recordings }) => recordings.slice(-1)),
      truth,
    ),
  reconnect() {
    for (const follower of followers) follower.reconnect();
  },
  stop() {
    for (const follower of followers) follower.close();
  },
});
